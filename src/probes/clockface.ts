/** Seats around a clock, and a hand that turns once an interval. */
export interface Clockface<Seat> {
  /** Seats anew; the hand stays where it is. An interval of 0 stops it. */
  set(seats: readonly Seat[], intervalMs: number, nowMs: number): void
  /** Moves the hand to now and meets the seats that it passed, each once at most. */
  advance(nowMs: number, meet: (seat: Seat) => void): void
  /** Where the hand is: whole turns, and the part of this one. */
  hand(): number
}

export function createClockface<Seat extends { readonly phase: number }>(): Clockface<Seat> {
  let seats: readonly Seat[] = []
  let intervalMs = 0
  let movedMs = 0
  let hand = 0
  /** The next seat to meet, and the turn in which that is. */
  let next = 0
  let turn = 0

  const move = (nowMs: number) => {
    // After a long pause nobody is due twice.
    if (intervalMs > 0) hand += Math.min(1, (nowMs - movedMs) / intervalMs)
    movedMs = nowMs
  }

  return {
    set(newSeats, newIntervalMs, nowMs) {
      move(nowMs)
      intervalMs = newIntervalMs
      seats = newSeats.toSorted((a, b) => a.phase - b.phase)
      turn = Math.floor(hand)
      next = seats.findIndex(seat => turn + seat.phase > hand)
      if (next >= 0) return
      next = 0
      turn += 1
    },
    advance(nowMs, meet) {
      move(nowMs)
      for (let met = 0; met < seats.length; met += 1) {
        const seat = seats[next]
        if (seat === undefined || turn + seat.phase > hand) return
        next += 1
        if (next === seats.length) {
          next = 0
          turn += 1
        }
        meet(seat)
      }
    },
    hand: () => hand,
  }
}
