import type { Child } from '../../src/core/daemon/child.ts'

/** Children that live until the test ends them, with pids from 1 on. */
export function scriptedChildren() {
  const started: { readonly child: Child; readonly die: (how: string) => void }[] = []
  return {
    count: () => started.length,
    stopped: [] as number[],
    start(): Child {
      const { promise: ended, resolve } = Promise.withResolvers<string>()
      const pid = started.length + 1
      const stop = async () => {
        this.stopped.push(pid)
        resolve('ended with code 0')
        await ended
      }
      const child = { pid, ended, stop }
      started.push({ child, die: resolve })
      return child
    },
    /** The last one dies, and those who wait for it learn of it. */
    async die(how = 'ended by SIGKILL') {
      started.at(-1)?.die(how)
      await new Promise(setImmediate)
    },
  }
}
