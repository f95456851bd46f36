import { expect, test } from 'vitest'
import type { Marks } from '../../src/core/model/marks.ts'
import { createLedger } from '../../src/probes/ledger.ts'
import { peerOf } from '../support/prober.ts'

test('of the turns that are open when the prober is late, and of no others, all findings are in doubt', () => {
  const told: (Marks | undefined)[] = []
  const ledger = createLedger({
    reply: (_peer, _kind, reply) => void told.push(reply),
    failure: (_peer, _kind, _reason, _detail, marks) => void told.push(marks),
  })
  const peer = peerOf('192.0.2.1')
  const turn = (late: boolean) => {
    ledger.begun(peer)
    if (late) ledger.late()
    ledger.failure(peer, 'icmp', 'timeout', '', { packets: 3 })
    ledger.reply(peer, 'http', { atMs: 1, rttNs: 2, clock: 'kernel' })
  }
  turn(false)
  turn(true)
  turn(false)
  expect(told.map(marks => marks?.inDoubt ?? false)).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ])
  expect(told[2]).toEqual({ packets: 3, inDoubt: true })
})
