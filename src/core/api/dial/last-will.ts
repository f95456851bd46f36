/** Signals whose default is to end at once, without an exit event. */
const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const wills = new Set<() => void>()

/**
 * Has `act` run where the process ends without closing what it opened: by a crash, an early exit, or
 * a signal that nobody handles. Returns the way to take it back. `act` must be done when it returns.
 */
export function atEnd(act: () => void): () => void {
  if (wills.size === 0) listen()
  wills.add(act)
  return () => {
    if (wills.delete(act) && wills.size === 0) stopListening()
  }
}

function listen(): void {
  process.on('exit', execute)
  for (const signal of deadly) process.on(signal, die)
}

function stopListening(): void {
  process.off('exit', execute)
  for (const signal of deadly) process.off(signal, die)
}

function execute(): void {
  for (const act of wills) act()
}

function die(signal: NodeJS.Signals): void {
  // Who else listens ends the program in good order.
  if (process.listenerCount(signal) > 1) return
  execute()
  stopListening()
  process.kill(process.pid, signal)
}
