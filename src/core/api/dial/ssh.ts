import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenRoute, Trouble } from './index.ts'
import { RouteError } from './route-error.ts'
import { connected } from './socket.ts'
import { readSshTarget } from './ssh-target.ts'
import type { Tunnel } from './ssh-tunnel.ts'
import { sshTrouble } from './ssh-words.ts'

/**
 * `ssh://[user@]host[:port][/path]`: the daemon's socket on another machine, through the system's
 * OpenSSH, so that the user's configuration, jump hosts, agent and known hosts hold. The tunnel is
 * opened by the first call, and again by the next one after it broke.
 */
export const ssh: OpenRoute = (rest, { ssh: access = {} }) => {
  const target = readSshTarget(rest)
  let tunnel: Promise<Tunnel> | undefined

  const open = async () => {
    const { openTunnel } = await import('./ssh-tunnel.ts')
    return openTunnel(target, access)
  }

  const current = async (): Promise<Tunnel> => {
    const known = tunnel
    const over = await known?.then(
      ({ isOver }) => isOver(),
      () => true,
    )
    // Another call may have opened it anew meanwhile.
    if (over && tunnel === known) tunnel = undefined
    tunnel ??= open()
    return tunnel
  }

  const troubleOf = (broken: Tunnel): Trouble =>
    sshTrouble(broken.lastWords(), target) ?? { text: `ssh to ${target.host} ended` }

  return {
    authority: 'localhost',
    origin: 'http://localhost',
    address: `ssh ${target.host} ${target.socket}`,
    target: path => path,
    headers: {},
    async dial(signal) {
      signal.throwIfAborted()
      const way = await current()
      for (;;) {
        signal.throwIfAborted()
        if (way.isOver()) throw new RouteError(troubleOf(way))
        const socket = await connected({ path: way.socket }, signal).catch(unlessNotYet)
        if (socket) return socket
        await sleep(50)
      }
    },
    async explain(error) {
      if (error instanceof RouteError) return error.trouble
      const way = await tunnel?.catch(() => undefined)
      if (!way) return undefined
      // The connection breaks a little before ssh says why.
      await Promise.race([way.ended, sleep(250)])
      if (way.isOver()) return troubleOf(way)
      const isComing = { text: `ssh is still on its way to ${target.host}` }
      return way.isUp() ? sshTrouble(way.lastWords(), target) : isComing
    },
    async close() {
      const opened = tunnel
      tunnel = undefined
      const way = await opened?.catch(() => undefined)
      await way?.close()
    },
  }
}

/** The near end of a tunnel is there once ssh has been let in. */
function unlessNotYet(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED') throw error
}
