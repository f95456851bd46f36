import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mostHeadBytes, readHead } from '../../../src/probes/http/head.ts'

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

test('what is not HTTP is garbage from its first bytes on, shown without control characters', () => {
  expect(readHead('SSH-2.0-OpenSSH_9.2\r\n')).toEqual({
    kind: 'garbage',
    detail: 'SSH-2.0-OpenSSH_9.2',
  })
  expect(readHead('\x16\x03\x01\x1b[31mred')).toMatchObject({ detail: '[31mred' })
  expect(readHead('HTTP/1.1 abc\r\n\r\n').kind).toBe('garbage')
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
      if (head.kind !== 'incomplete') expect(head.detail).toMatch(/^[\x20-\x7e]{0,40}$/)
    }),
  )
})
