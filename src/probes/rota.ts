import type { Slot } from '../core/model/prober.ts'
import { createBudget } from './budget.ts'
import { createClockface } from './clockface.ts'
import { createQueue } from './queue.ts'

/** Decides who is probed when. It knows no sockets; times are monotonic milliseconds. */
export interface Rota<Member> {
  /** Replaces the members. Those who stay keep their turn, new ones are due at once. */
  follow(members: readonly Member[], intervalMs: number, nowMs: number): void
  /** Makes these due now and returns their members; who is in flight already is not sent again. */
  demand(slots: Iterable<Slot>): Member[]
  /**
   * The members to begin now, at most `room`. They are in flight until `landed`. All calls of a tick
   * have its time: they share what the budget has for it.
   */
  take(nowMs: number, room: number): Member[]
  /** A member's turn is over. */
  landed(slot: Slot): void
  member(slot: Slot): Member | undefined
  /** Whether nothing but room kept the last `take` from giving more. */
  hungry(): boolean
  /** Members that are due and did not begin yet. */
  waiting(): number
}

interface Limits<Member> {
  readonly maxProbesPerSecond: number
  /** Probes in a member's turn. */
  readonly cost: (member: Member) => number
}

/** On demand and at their first time they come before the others. */
type Line = 'urgent' | 'regular'

interface Seat<Member> {
  readonly member: Member
  /** When in a turn of the hand it is due, 0 to 1. */
  readonly phase: number
  /** In which line it stands, if any. */
  line: Line | undefined
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
  const lines = { urgent: createQueue<Seat<Member>>(), regular: createQueue<Seat<Member>>() }
  let seats = new Map<Slot, Seat<Member>>()
  let hungry = false
  let waiting = 0

  const stand = (seat: Seat<Member>, line: Line) => {
    if (seat.line === line) return
    if (seat.line === undefined) waiting += 1
    seat.line = line
    lines[line].add(seat)
  }

  const first = (): Seat<Member> | undefined =>
    lines.urgent.first(isUrgent) ?? lines.regular.first(isRegular)

  const leave = (seat: Seat<Member>) => {
    if (seat.line !== undefined) waiting -= 1
    seat.line = undefined
  }

  const begin = (seat: Seat<Member>) => {
    // Probed shortly before its turn: the one after that is soon enough.
    if (seat.line === 'urgent') seat.restsUntil = clockface.hand() + 0.5
    leave(seat)
    seat.inFlight = true
    budget.spend(limits.cost(seat.member))
    return seat.member
  }

  return {
    follow(members, intervalMs, nowMs) {
      const before = seats
      seats = new Map(members.map(member => [member.slot, before.get(member.slot) ?? sit(member)]))
      clockface.set([...seats.values()], intervalMs, nowMs)
      const seated = new Set(seats.values())
      for (const seat of before.values()) if (!seated.delete(seat)) leave(seat)
      if (intervalMs > 0) for (const seat of seated) stand(seat, 'urgent')
    },
    demand(slots) {
      const members: Member[] = []
      for (const slot of slots) {
        const seat = seats.get(slot)
        if (seat === undefined) continue
        members.push(seat.member)
        if (!seat.inFlight) stand(seat, 'urgent')
      }
      return members
    },
    take(nowMs, room) {
      clockface.advance(nowMs, seat => {
        if (seat.inFlight || seat.line || seat.restsUntil > clockface.hand()) return
        stand(seat, 'regular')
      })
      budget.refill(nowMs, hungry)
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
    member: slot => seats.get(slot)?.member,
    hungry: () => hungry,
    waiting: () => waiting,
  }
}

const isUrgent = (seat: { readonly line: Line | undefined }) => seat.line === 'urgent'
const isRegular = (seat: { readonly line: Line | undefined }) => seat.line === 'regular'

const goldenRatio = (Math.sqrt(5) - 1) / 2

const sit = <Member extends { readonly slot: Slot }>(member: Member): Seat<Member> => ({
  member,
  phase: (member.slot * goldenRatio) % 1,
  line: undefined,
  inFlight: false,
  restsUntil: 0,
})
