import { expect, test } from 'vitest'
import { isFrom, readAddress, writeAddress } from '../../src/probes/peer.ts'
import { peerOf } from '../support/prober.ts'

test.each(['127.0.0.1', '255.254.253.252', '::', '::1', 'fd00::1:2', '1:2:3:4:5:6:7:8', 'fe80::'])(
  '%s goes into a sockaddr and comes out again',
  ip => {
    const view = new DataView(new ArrayBuffer(64))
    const peer = peerOf(ip)
    expect(writeAddress(view, 8, peer, 4240)).toBe(peer.family === 4 ? 16 : 28)
    expect(view.getUint16(10)).toBe(4240)
    expect(readAddress(view, 8)).toBe(ip)
    expect(isFrom(view, 8, peer)).toBe(true)
    const other = peerOf(peer.family === 4 ? '127.0.0.2' : '::2')
    expect(isFrom(view, 8, other)).toBe(false)
  },
)

test('what is no address is none', () => {
  for (const text of ['', 'localhost', '1.2.3', '-V', '::g']) expect(() => peerOf(text)).toThrow()
})
