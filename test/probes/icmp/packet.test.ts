import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterIpHeader,
  checksum,
  type Echo,
  packetBytes,
  readQuoted,
  readReply,
  writeRequest,
} from '../../../src/probes/icmp/packet.ts'
import type { Family } from '../../../src/probes/peer.ts'

const word = fc.integer({ min: 0, max: 0xffffffff })
const echoes: fc.Arbitrary<Echo> = fc.record({
  serial: word,
  attempt: fc.integer({ min: 0, max: 3 }),
  tokenHigh: word,
  tokenLow: word,
})
const families = fc.constantFrom<Family>(4, 6)
const replyTypes = { 4: 0, 6: 129 } as const

/** What an honest host sends back. */
function replyTo(family: Family, id: number, echo: Echo): DataView {
  const view = new DataView(new ArrayBuffer(packetBytes))
  writeRequest(view, family, id, echo, echo.attempt)
  view.setUint8(0, replyTypes[family])
  view.setUint16(2, 0)
  view.setUint16(2, checksum(view, 0, packetBytes))
  return view
}

test('a reply brings back what its request carried', () => {
  fc.assert(
    fc.property(families, echoes, fc.integer({ min: 0, max: 0xffff }), (family, echo, id) => {
      const parsed = readReply(replyTo(family, id, echo), 0, packetBytes, family, true)
      expect(parsed).toEqual({ kind: 'echo', id, echo })
    }),
  )
})

test('a request is the echo that other tools send: type, code and a right sum', () => {
  const view = new DataView(new ArrayBuffer(packetBytes))
  writeRequest(view, 4, 0x1234, { serial: 1, tokenHigh: 2, tokenLow: 3 }, 0)
  expect([view.getUint8(0), view.getUint8(1), view.getUint16(4)]).toEqual([8, 0, 0x1234])
  expect(checksum(view, 0, packetBytes)).toBe(0)
})

test('one changed bit never passes where we check the sum ourselves', () => {
  const bits = fc.integer({ min: 0, max: packetBytes * 8 - 1 })
  fc.assert(
    fc.property(families, echoes, bits, (family, echo, bit) => {
      const view = replyTo(family, 7, echo)
      view.setUint8(bit >> 3, view.getUint8(bit >> 3) ^ (1 << (bit & 7)))
      expect(readReply(view, 0, packetBytes, family, true).kind).not.toBe('echo')
    }),
  )
})

test('a changed filler or sequence number is noticed without the sum', () => {
  const view = replyTo(4, 7, { serial: 5, attempt: 1, tokenHigh: 1, tokenLow: 1 })
  view.setUint8(40, 0)
  expect(readReply(view, 0, packetBytes, 4, false).kind).toBe('altered')
  view.setUint8(40, 40)
  view.setUint16(6, view.getUint16(6) + 1)
  expect(readReply(view, 0, packetBytes, 4, false).kind).toBe('altered')
})

test('our own request, seen on loopback, is no reply', () => {
  const view = new DataView(new ArrayBuffer(packetBytes))
  writeRequest(view, 4, 7, { serial: 5, tokenHigh: 1, tokenLow: 1 }, 1)
  expect(readReply(view, 0, packetBytes, 4, true).kind).toBe('foreign')
})

test('no bytes at all make a parser read past its packet', () => {
  fc.assert(
    fc.property(families, fc.uint8Array({ maxLength: 192 }), fc.boolean(), (family, bytes, sum) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const skip = afterIpHeader(view, 0, bytes.length)
      readReply(view, 0, bytes.length, family, sum)
      readReply(view, Math.min(skip, bytes.length), bytes.length - skip, family, sum)
      readQuoted(view, 0, bytes.length, family)
    }),
  )
})

test('an error quotes the request that it is about, even when it is cut', () => {
  const echo: Echo = { serial: 5, attempt: 1, tokenHigh: 1, tokenLow: 2 }
  const view = new DataView(new ArrayBuffer(packetBytes))
  writeRequest(view, 6, 7, echo, echo.attempt)
  expect(readQuoted(view, 0, 24, 6)).toEqual({ kind: 'echo', id: 7, echo })
  expect(readQuoted(view, 0, 23, 6).kind).toBe('foreign')
})
