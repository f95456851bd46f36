import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterIpHeader,
  checksum,
  type Echo,
  layOutRequest,
  packetBytes,
  readQuoted,
  readReply,
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
const nothing = (): Echo => ({ serial: 0, attempt: 0, tokenHigh: 0, tokenLow: 0 })

function request(family: Family, id: number, echo: Echo): DataView {
  const view = new DataView(new ArrayBuffer(packetBytes))
  const { serial, tokenHigh, tokenLow, attempt } = echo
  const fillIn = layOutRequest(view, family, id)
  fillIn(~serial >>> 0, tokenLow, tokenHigh, 1) // another probe before: nothing of it stays
  fillIn(serial, tokenHigh, tokenLow, attempt)
  return view
}

/** What an honest host sends back. */
function replyTo(family: Family, id: number, echo: Echo): DataView {
  const view = request(family, id, echo)
  view.setUint8(0, replyTypes[family])
  view.setUint16(2, 0)
  view.setUint16(2, checksum(view, 0, packetBytes))
  return view
}

const read = (view: DataView, family: Family, id: number, verify: boolean, echo = nothing()) =>
  readReply(view, 0, packetBytes, family, id, verify, echo)

test('a reply brings back what its request carried', () => {
  fc.assert(
    fc.property(families, echoes, fc.integer({ min: 0, max: 0xffff }), (family, echo, id) => {
      const carried = nothing()
      expect(read(replyTo(family, id, echo), family, id, true, carried)).toBe('echo')
      expect(carried).toEqual(echo)
    }),
  )
})

test('a request is the echo that other tools send: type, code and a right sum', () => {
  fc.assert(
    fc.property(families, echoes, (family, echo) => {
      const view = request(family, 0x1234, echo)
      expect([view.getUint8(0), view.getUint8(1)]).toEqual([family === 4 ? 8 : 128, 0])
      expect(view.getUint16(4)).toBe(0x1234)
      expect(checksum(view, 0, packetBytes)).toBe(0)
    }),
  )
})

test('one changed bit never passes where we check the sum ourselves', () => {
  const bits = fc.integer({ min: 0, max: packetBytes * 8 - 1 })
  fc.assert(
    fc.property(families, echoes, bits, (family, echo, bit) => {
      const view = replyTo(family, 7, echo)
      view.setUint8(bit >> 3, view.getUint8(bit >> 3) ^ (1 << (bit & 7)))
      expect(read(view, family, 7, true)).not.toBe('echo')
    }),
  )
})

test('a changed filler or sequence number is noticed without the sum', () => {
  const view = replyTo(4, 7, { serial: 5, attempt: 1, tokenHigh: 1, tokenLow: 1 })
  view.setUint8(40, 0)
  expect(read(view, 4, 7, false)).toBe('altered')
  view.setUint8(40, 40)
  view.setUint16(6, view.getUint16(6) + 1)
  expect(read(view, 4, 7, false)).toBe('altered')
})

test('our own request, seen on loopback, is no reply, nor is one with another id', () => {
  const echo: Echo = { serial: 5, attempt: 1, tokenHigh: 1, tokenLow: 1 }
  expect(read(request(4, 7, echo), 4, 7, true)).toBe('foreign')
  expect(read(replyTo(4, 8, echo), 4, 7, true)).toBe('foreign')
})

test('no bytes at all make a parser read past its packet', () => {
  fc.assert(
    fc.property(families, fc.uint8Array({ maxLength: 192 }), fc.boolean(), (family, bytes, sum) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const skip = afterIpHeader(view, 0, bytes.length)
      const length = bytes.length - skip
      readReply(view, 0, bytes.length, family, undefined, sum, nothing())
      readReply(view, Math.min(skip, bytes.length), length, family, 7, sum, nothing())
      readQuoted(view, 0, bytes.length, family, nothing())
    }),
  )
})

test('an error quotes the request that it is about, even when it is cut', () => {
  const echo: Echo = { serial: 5, attempt: 1, tokenHigh: 1, tokenLow: 2 }
  const view = request(6, 7, echo)
  const carried = nothing()
  expect(readQuoted(view, 0, 24, 6, carried)).toBe('echo')
  expect(carried).toEqual(echo)
  expect(readQuoted(view, 0, 23, 6, carried)).toBe('foreign')
})
