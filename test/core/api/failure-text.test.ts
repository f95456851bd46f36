import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failureText, reasonOf } from '../../../src/core/api/failure-text.ts'
import { failureReasons, type ProbeKind } from '../../../src/core/model/probe.ts'

/** What a real daemon printed: each failing probe with the address above it. */
function recorded() {
  let ip = ''
  const texts = readFileSync('test/fixtures/wire/probe-error-strings.txt', 'utf8')
  return texts.split('\n').flatMap(line => {
    ip = /connectivity to (.*):$/.exec(line)?.[1] ?? ip
    const [, label, text = ''] = /(ICMP|HTTP) to \w+: +(.*?) +\(Last probed/.exec(line) ?? []
    const kind: ProbeKind = label === 'ICMP' ? 'icmp' : 'http'
    return text === '' || text.startsWith('OK') ? [] : [{ text, kind, ip }]
  })
}

test.each(recorded())('a recorded text is read and written back: $text', ({ text, kind, ip }) => {
  const reason = reasonOf(text)
  expect(reason.reason).not.toBe('other')
  expect(failureText(reason, { kind, ip, port: 4240 })).toBe(text)
})

test('the records hold every kind of failure that we read', () => {
  expect(new Set(recorded().map(({ text }) => reasonOf(text).reason)).size).toBeGreaterThan(9)
})

test('texts name the port that is probed, and IPv6 in brackets', () => {
  expect(
    failureText({ reason: 'refused', detail: '' }, { kind: 'http', ip: 'fd00::1', port: 4300 }),
  ).toBe('Get "http://[fd00::1]:4300/hello": dial tcp [fd00::1]:4300: connect: connection refused')
  expect(
    failureText(
      { reason: 'not-permitted', detail: '' },
      { kind: 'icmp', ip: 'fd00::1', port: 4300 },
    ),
  ).toBe('listen ip6:ipv6-icmp : socket: operation not permitted')
})

test.each([
  ['404', 'unexpected status code: 404 404 Not Found'],
  ['503 Busy', 'unexpected status code: 503 503 Busy'],
  ['HTTP 299', 'unexpected status code: 299 299'],
])('a status told as "%s" is written as Go does', (detail, text) => {
  const probed = { kind: 'http', ip: '192.0.2.1', port: 4240 } as const
  expect(failureText({ reason: 'bad-status', detail }, probed)).toBe(text)
  expect(failureText(reasonOf(text), probed)).toBe(text)
})

test('an unknown text stays as it is, on one line', () => {
  expect(reasonOf('the dog ate\nit\x1b[31m')).toEqual({
    reason: 'other',
    detail: 'the dog ate it [31m',
  })
})

test('every reason survives the text, as far as a kind of probe can have it', () => {
  const httpOnly = ['refused', 'reset', 'closed', 'bad-status', 'bad-reply']
  for (const kind of ['icmp', 'http'] as const) {
    for (const reason of failureReasons) {
      if (kind === 'icmp' && httpOnly.includes(reason)) continue
      const detail = {
        'bad-status': '404 Not Found',
        'bad-reply': 'SSH-2.0 \\"x\\"',
        other: 'why',
      }[reason as string]
      const given = { reason, detail: detail ?? '' }
      expect(reasonOf(failureText(given, { kind, ip: '192.0.2.1', port: 4240 }))).toEqual(given)
    }
  }
})

test('any text is read without harm: one line, bounded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600, size: 'max' }), text => {
      const { detail } = reasonOf(text)
      expect(detail.length).toBeLessThanOrEqual(512)
      expect(detail).not.toMatch(/\p{Cc}/u)
    }),
  )
})

test('what others tell of a packet Cilium does not hear; a failure to send it tells', () => {
  const probed = { kind: 'icmp', ip: '192.0.2.9', port: 4240 } as const
  const reason = 'host-unreachable'
  for (const detail of ['from 192.0.2.1', 'TTL exceeded, from fd00::1'])
    expect(failureText({ reason, detail }, probed)).toBe('Connection timed out')
  expect(failureText({ reason, detail: '' }, probed)).toBe(
    'write ip 0.0.0.0->192.0.2.9: sendmsg: no route to host',
  )
})

test.each([
  ['192.0.2.1:38752', 'read tcp 192.0.2.1:38752->[fd00::1]:4240: read: connection reset by peer'],
  ['[fd00::2]:5', 'read tcp [fd00::2]:5->[fd00::1]:4240: read: connection reset by peer'],
  ['', 'read tcp [fd00::1]:4240: read: connection reset by peer'],
])('a reset names our end "%s" where it is known', (detail, words) => {
  const text = failureText({ reason: 'reset', detail }, { kind: 'http', ip: 'fd00::1', port: 4240 })
  expect(text).toBe(`Get "http://[fd00::1]:4240/hello": ${words}`)
  expect(reasonOf(text)).toEqual({ reason: 'reset', detail })
})

test.each([
  ['bad-reply', 'SSH-2.0-x', 'malformed HTTP response "SSH-2.0-x"'],
  ['bad-reply', 'malformed HTTP status code "abc"', 'malformed HTTP status code "abc"'],
  ['closed', 'unexpected EOF', 'unexpected EOF'],
] as const)(
  'a broken answer (%s, %s) is told as Go does, and read back',
  (reason, detail, words) => {
    const text = failureText({ reason, detail }, { kind: 'http', ip: '192.0.2.1', port: 4240 })
    expect(text).toBe(
      `Get "http://192.0.2.1:4240/hello": net/http: HTTP/1.x transport connection broken: ${words}`,
    )
    expect(reasonOf(text)).toEqual({ reason, detail })
  },
)
