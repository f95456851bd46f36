import { expect, test } from 'vitest'
import type { IpAddress } from '../../../src/core/model/node.ts'
import { closeWire, openSocket, openWire } from '../../../src/probes/http/wire.ts'
import { linux } from '../../../src/probes/linux.ts'
import { toPeer } from '../../../src/probes/peer.ts'
import { loadSockets } from '../../../src/probes/sockets.ts'

test.each(['127.0.0.1', '::1'])(
  'the kernel takes our wish for stamps, to and from %s',
  async ip => {
    const loaded = await loadSockets()
    if (loaded.kind !== 'loaded') throw new Error(loaded.why)
    const { sockets } = loaded
    const wire = openWire(sockets)
    const peer = toPeer({ slot: 1, ip: ip as IpAddress })
    if (typeof wire === 'string' || peer === undefined) throw new Error('no wire')
    const fd = openSocket(wire, peer)
    const departures = sockets.getNumber(fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPING)
    expect(departures & linux.TIMESTAMPING_TX_SOFTWARE).toBeTruthy()
    expect(sockets.getNumber(fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPNS)).toBe(1)
    sockets.close(fd)
    closeWire(wire)
  },
)
