import { probeKinds } from '../core/model/probe.ts'
import type { Slot } from '../core/model/prober.ts'
import type { Report } from './method.ts'

/** Knows which turns are not over yet, and who waits for them. Reports pass through it. */
export interface Ledger extends Report {
  /** A turn began: one finding of each kind will come. */
  begun(slot: Slot): void
  /** Somebody waits for these slots' findings. */
  order(id: number, slots: readonly Slot[]): void
  /** A target left: nobody waits for it, and its findings are of no use. */
  drop(slot: Slot): void
  /** The turns that ended since the last time. */
  takeEnded(): readonly Slot[]
  /** The orders that have all they wait for, each once. */
  takeFilled(): readonly number[]
}

export function createLedger(report: Report): Ledger {
  const missing = new Map<Slot, number>()
  const orders = new Map<number, Set<Slot>>()
  let ended: Slot[] = []

  const settle = (slot: Slot) => {
    missing.delete(slot)
    for (const waiting of orders.values()) waiting.delete(slot)
  }

  const count = (slot: Slot) => {
    const left = (missing.get(slot) ?? 1) - 1
    missing.set(slot, left)
    if (left > 0) return
    settle(slot)
    ended.push(slot)
  }

  return {
    begun: slot => void missing.set(slot, probeKinds.length),
    reply(slot, kind, reply) {
      if (!missing.has(slot)) return
      report.reply(slot, kind, reply)
      count(slot)
    },
    failure(slot, kind, reason, detail) {
      if (!missing.has(slot)) return
      report.failure(slot, kind, reason, detail)
      count(slot)
    },
    order: (id, slots) => void orders.set(id, new Set(slots)),
    drop: settle,
    takeEnded() {
      const slots = ended
      ended = []
      return slots
    },
    takeFilled() {
      if (orders.size === 0) return []
      const filled = [...orders].filter(([, waiting]) => waiting.size === 0).map(([id]) => id)
      for (const id of filled) orders.delete(id)
      return filled
    },
  }
}
