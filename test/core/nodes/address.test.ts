import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UserError } from '../../../src/core/errors.ts'
import { addressFault, parseAddress } from '../../../src/core/nodes/address.ts'

const anyText = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) })

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['127.255.255.254', '127.255.255.254'],
  ['FD00:0:0::000A', 'fd00::a'],
  ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
  ['::1', '::1'],
  ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
])('%s is written as %s', (text, canonical) => {
  expect(parseAddress(text)).toBe(canonical)
})

test.each([
  ['', 'is no IP address'],
  ['10.0.0', 'is no IP address'],
  ['010.0.0.1', 'is no IP address'],
  [' 10.0.0.1', 'is no IP address'],
  ['10.0.0.1\n', 'is no IP address'],
  ['node-1', 'is no IP address'],
  ['fe80::1%eth0', 'has a zone'],
  ['0.0.0.0', 'is the unspecified address'],
  ['0::0', 'is the unspecified address'],
  ['0.1.2.3', 'is in 0.0.0.0/8'],
  ['255.255.255.255', 'is a broadcast address'],
  ['127.255.255.255', 'is a broadcast address'],
  ['240.0.0.1', 'is in 240.0.0.0/4'],
  ['255.255.255.254', 'is in 240.0.0.0/4'],
  ['224.0.0.1', 'is a multicast address'],
  ['239.255.255.255', 'is a multicast address'],
  ['ff02::1', 'is a multicast address'],
  ['::ffff:10.0.0.1', 'is an IPv4 address inside an IPv6 one'],
  ['::10.0.0.1', 'is an IPv4 address inside an IPv6 one'],
])('%j is refused with its value: it %s', (text, fault) => {
  expect(() => parseAddress(text)).toThrow(UserError)
  expect(() => parseAddress(text)).toThrow(`${JSON.stringify(text).replace('\\n', '\\n')} ${fault}`)
})

test('the message shows a hostile value without its control characters', () => {
  expect(() => parseAddress('\u001b[2J\u009b\u202e')).toThrow('"\\u001b[2J\\u{9b}\\u{202e}"')
})

test('what is accepted stays the same when read again, and is an address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), anyText), text => {
      if (addressFault(text) !== undefined) return
      const ip = parseAddress(text)
      expect(isIP(ip)).toBe(isIP(text))
      expect(parseAddress(ip)).toBe(ip)
    }),
  )
})
