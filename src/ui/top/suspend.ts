/** Longer than the kernel needs to deliver a stop signal that we sent ourselves. */
const deliveryMs = 50

/**
 * Stops this process as Ctrl-Z would, and returns once it is continued. Where no shell could continue
 * it (an orphaned process group), the kernel drops the signal and nothing happens.
 */
export async function suspend(): Promise<void> {
  process.kill(process.pid, 'SIGTSTP')
  await new Promise(resolve => setTimeout(resolve, deliveryMs))
}
