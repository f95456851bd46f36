import { probeKinds } from '../core/model/probe.ts'
import type { Report } from './method.ts'
import type { OpenOrder, Peer } from './peer.ts'

/** Knows which turns are not over yet, and who waits for them. Reports pass through it. */
export interface Ledger extends Report {
  /** A turn began: one finding of each kind will come. */
  begun(peer: Peer): void
  /** The prober was late: what the turns that are open find is in doubt. */
  late(): void
  /** Somebody waits for these peers' findings. */
  order(id: number, peers: readonly Peer[]): void
  /** A target left: nobody waits for it, and its findings are of no use. */
  drop(peer: Peer): void
  /** The turns that ended since the last time. */
  takeEnded(): readonly Peer[]
  /** The orders that have all they wait for, each once. */
  takeFilled(): readonly number[]
}

const none: readonly never[] = []

export function createLedger(report: Report): Ledger {
  let ended: Peer[] = []
  let filled: number[] = []
  let lateTimes = 0

  const fill = (order: OpenOrder) => {
    order.left -= 1
    if (order.left <= 0) filled.push(order.id)
  }

  const settle = ({ turn }: Peer) => {
    turn.missing = 0
    for (let order = turn.waiting.pop(); order; order = turn.waiting.pop()) fill(order)
  }

  const count = (peer: Peer) => {
    peer.turn.missing -= 1
    if (peer.turn.missing > 0) return
    settle(peer)
    ended.push(peer)
  }

  const isInDoubt = ({ turn }: Peer) => turn.lateBefore !== lateTimes

  return {
    begun({ turn }) {
      turn.missing = probeKinds.length
      turn.lateBefore = lateTimes
    },
    late() {
      lateTimes += 1
    },
    reply(peer, kind, reply) {
      if (peer.turn.missing === 0) return
      report.reply(peer, kind, isInDoubt(peer) ? { ...reply, inDoubt: true } : reply)
      count(peer)
    },
    failure(peer, kind, reason, detail, marks) {
      if (peer.turn.missing === 0) return
      const told = isInDoubt(peer) ? { ...marks, inDoubt: true as const } : marks
      report.failure(peer, kind, reason, detail, told)
      count(peer)
    },
    order(id, peers) {
      const order = { id, left: peers.length }
      for (const { turn } of peers) turn.waiting.push(order)
      if (peers.length === 0) filled.push(id)
    },
    drop: settle,
    takeEnded() {
      if (ended.length === 0) return none
      const peers = ended
      ended = []
      return peers
    },
    takeFilled() {
      if (filled.length === 0) return none
      const ids = filled
      filled = []
      return ids
    },
  }
}
