import type { Slot } from '../core/model/prober.ts'
import { createBudget } from './budget.ts'
import { createClockface } from './clockface.ts'

/** Decides who is probed when. It knows no sockets; times are monotonic milliseconds. */
export interface Rota<Member> {
  /** Replaces the members. Those who stay keep their turn, new ones are due at once. */
  follow(members: readonly Member[], intervalMs: number, nowMs: number): void
  /** Makes these members due now; whoever is in flight already is not sent again. */
  demand(slots: Iterable<Slot>): void
  /** The members to begin now, at most `room`. They are in flight until `landed`. */
  take(nowMs: number, room: number): Member[]
  /** A member's turn is over. */
  landed(slot: Slot): void
  has(slot: Slot): boolean
  /** Whether nothing but room kept the last `take` from giving more. */
  hungry(): boolean
}

interface Limits<Member> {
  readonly maxProbesPerSecond: number
  /** Probes in a member's turn. */
  readonly cost: (member: Member) => number
}

interface Seat<Member> {
  readonly member: Member
  /** When in a turn of the hand it is due, 0 to 1. */
  readonly phase: number
  inFlight: boolean
  /** Where the hand must be before it is due again. */
  restsUntil: number
}

/**
 * A hand turns once an interval and calls the seats that it passes. A seat's phase comes from its
 * slot by the golden ratio: any run of slots is spread evenly, whoever else comes and goes.
 */
export function createRota<Member extends { readonly slot: Slot }>(
  limits: Limits<Member>,
): Rota<Member> {
  const clockface = createClockface<Seat<Member>>()
  const budget = createBudget(limits.maxProbesPerSecond)
  const urgent = new Set<Seat<Member>>()
  const regular = new Set<Seat<Member>>()
  let seats = new Map<Slot, Seat<Member>>()
  let hungry = false

  const first = () => urgent.values().next().value ?? regular.values().next().value

  const begin = (seat: Seat<Member>) => {
    // Probed shortly before its turn: the one after that is soon enough.
    if (urgent.delete(seat)) seat.restsUntil = clockface.hand() + 0.5
    regular.delete(seat)
    seat.inFlight = true
    budget.spend(limits.cost(seat.member))
    return seat.member
  }

  const leave = (seat: Seat<Member>) => {
    urgent.delete(seat)
    regular.delete(seat)
  }

  return {
    follow(members, intervalMs, nowMs) {
      const before = seats
      seats = new Map(members.map(member => [member.slot, before.get(member.slot) ?? sit(member)]))
      clockface.set([...seats.values()], intervalMs, nowMs)
      const seated = new Set(seats.values())
      for (const seat of before.values()) if (!seated.delete(seat)) leave(seat)
      if (intervalMs > 0) for (const seat of seated) urgent.add(seat)
    },
    demand(slots) {
      for (const slot of slots) {
        const seat = seats.get(slot)
        if (seat && !seat.inFlight) urgent.add(seat)
      }
    },
    take(nowMs, room) {
      clockface.advance(nowMs, seat => {
        if (!seat.inFlight && seat.restsUntil <= clockface.hand()) regular.add(seat)
      })
      budget.refill(nowMs)
      const taken: Member[] = []
      let seat = first()
      for (; seat && taken.length < room; seat = first()) {
        if (!budget.affords(limits.cost(seat.member))) break
        taken.push(begin(seat))
      }
      hungry = seat !== undefined && budget.affords(limits.cost(seat.member))
      return taken
    },
    landed(slot) {
      const seat = seats.get(slot)
      if (seat) seat.inFlight = false
    },
    has: slot => seats.has(slot),
    hungry: () => hungry,
  }
}

const goldenRatio = (Math.sqrt(5) - 1) / 2

const sit = <Member extends { readonly slot: Slot }>(member: Member): Seat<Member> => ({
  member,
  phase: (member.slot * goldenRatio) % 1,
  inFlight: false,
  restsUntil: 0,
})
