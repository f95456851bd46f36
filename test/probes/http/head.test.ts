import fc from 'fast-check'
import { expect, test } from 'vitest'
import { detailOfEnd, mostHeadBytes, readHead } from '../../../src/probes/http/head.ts'

test('a complete head gives its status and phrase', () => {
  expect(readHead('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).toEqual({
    kind: 'complete',
    status: 200,
    detail: '200 OK',
  })
  expect(readHead('HTTP/1.0 404 Not Found\r\n\r\nbody')).toMatchObject({ detail: '404 Not Found' })
  expect(readHead('HTTP/1.1 204\r\n\r\n')).toMatchObject({ status: 204, detail: '204' })
})

test('every beginning of a good head is incomplete, so that the prober waits on', () => {
  const whole = 'HTTP/1.1 200 OK\r\nDate: today\r\n\r\n'
  for (let length = 0; length < whole.length; length += 1)
    expect(readHead(whole.slice(0, length)).kind, `${length} bytes`).toBe('incomplete')
})

test('what is not HTTP is garbage from its first bytes on, its first line quoted as Go does', () => {
  expect(readHead('SSH-2.0-OpenSSH_9.2\r\n')).toEqual({
    kind: 'garbage',
    detail: 'SSH-2.0-OpenSSH_9.2',
  })
  expect(readHead('\x16\x03\x01\x1b[31m"red\\\n')).toMatchObject({
    detail: String.raw`\x16\x03\x01\x1b[31m\"red\\`,
  })
  expect(readHead(`${'a'.repeat(100)}\r\nb`)).toMatchObject({ detail: 'a'.repeat(100) })
  expect(readHead('x'.repeat(100_000))).toMatchObject({ detail: 'x'.repeat(128) })
})

test('headers without an end are given up', () => {
  expect(readHead(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(mostHeadBytes)}`).kind).toBe('garbage')
})

test('no text makes the parser throw, and no detail is long or has control characters', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }).map(text => `HTTP/1.1 ${text}\r\n\r\n`),
  )
  fc.assert(
    fc.property(texts, text => {
      const head = readHead(text)
      if (head.kind !== 'incomplete') expect(head.detail).toMatch(/^[\x20-\x7e]{0,900}$/)
    }),
  )
})

test.each([
  ['HTTP/1.1 abc', 'malformed HTTP status code "abc"'],
  ['HTTP/1.1 2000 OK', 'malformed HTTP status code "2000"'],
  ['220 mail.example ESMTP', 'malformed HTTP status code "mail.example"'],
  ['HTTP/x 200 OK', 'malformed HTTP version "HTTP/x"'],
  ['HTTP/1.1', 'HTTP/1.1'],
])('what is wrong with "%s" is told as Go does', (line, detail) => {
  expect(readHead(`${line}\r\n\r\n`)).toEqual({ kind: 'garbage', detail })
})

test('announcements are no answer, however many; a change of protocol is one', () => {
  const go = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'
  expect(readHead(go)).toEqual({ kind: 'incomplete' })
  expect(readHead(`${go}HTTP/1.1 200 OK\r\n\r\n`)).toMatchObject({ status: 200 })
  expect(readHead(`${go}SSH-2.0`)).toEqual({ kind: 'garbage', detail: 'SSH-2.0' })
  expect(readHead('HTTP/1.1 101 Switching Protocols\r\n\r\n')).toMatchObject({ status: 101 })
  expect(readHead(go.repeat(mostHeadBytes / 16)).kind).toBe('garbage')
})

test('an end says more where something came before it', () => {
  expect(detailOfEnd('')).toBe('')
  expect(detailOfEnd('HTTP/1.1 200 OK')).toBe('unexpected EOF')
})
