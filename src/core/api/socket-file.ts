import { existsSync, readFileSync } from 'node:fs'
import { chmod, chown, lstat, mkdir, mkdtemp, rename, rm, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'

/** The socket's group, as Cilium's; where it does not exist, the process's own. */
const groupName = 'cilium'
/** What a unix socket's address has room for on Linux, without the closing zero. */
const maxPathBytes = 107

/** A socket in the file system that we own until `release`. */
export interface SocketFile {
  /** Removes the socket, unless somebody has put another in its place. */
  release(): Promise<void>
}

/**
 * Lets `server` listen at `path` (0660, group cilium). A socket that somebody answers on is never
 * taken away; a dead one is replaced. The socket is made in a private directory, given its mode
 * there, and then moved into place in one step: at no moment can a stranger connect to it, nor is
 * there a moment without a socket. Throws a UserError where the place cannot be had.
 */
export async function listenOnSocketFile(server: Server, path: string): Promise<SocketFile> {
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new UserError(`The socket path is longer than ${maxPathBytes} bytes: ${path}`)
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 })
    await mustBeFree(path)
    await bindAside(server, path)
    const ours = await lstat(path)
    return {
      async release() {
        const there = await lstat(path).catch(ignoreMissing)
        if (there?.ino === ours.ino && there.dev === ours.dev) {
          await unlink(path).catch(ignoreMissing)
        }
      },
    }
  } catch (error) {
    throw explained(error, path)
  }
}

/** Throws if a daemon answers at this path, or if what is there is no socket. */
async function mustBeFree(path: string): Promise<void> {
  const there = await lstat(path).catch(ignoreMissing)
  if (!there) return
  if (!there.isSocket()) {
    throw new UserError(
      `${path} is in the way: it is no socket`,
      'Remove it, or choose another path',
    )
  }
  if (await answers(path)) {
    throw new UserError(
      `Another daemon is listening on ${path}`,
      'Stop it first, or choose another socket',
    )
  }
}

/** A full backlog (EAGAIN) or a missing permission means that somebody lives there. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    const end = (alive: boolean) => {
      socket.destroy()
      resolve(alive)
    }
    socket.setTimeout(2000, () => end(true))
    socket.once('connect', () => end(true))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    )
  })
}

async function bindAside(server: Server, path: string): Promise<void> {
  const aside = await mkdtemp(join(dirname(path), '.h'))
  try {
    const fresh = join(aside, 's')
    await listen(server, fresh)
    const gid = groupId(groupName)
    if (gid !== undefined) await chown(fresh, process.getuid?.() ?? -1, gid)
    await chmod(fresh, 0o660)
    await rename(fresh, path)
  } catch (error) {
    server.close()
    throw error
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

const listen = (server: Server, path: string) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve()
    })
  })

/** The group's number, where it exists and this process may give files to it. */
function groupId(name: string): number | undefined {
  const groups = existsSync('/etc/group') ? readFileSync('/etc/group', 'utf8') : ''
  const line = groups.split('\n').find(entry => entry.startsWith(`${name}:`))
  const gid = line === undefined ? Number.NaN : Number(line.split(':')[2])
  const may = process.getuid?.() === 0 || process.getgroups?.().includes(gid)
  return Number.isInteger(gid) && may ? gid : undefined
}

const ignoreMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error
}

const hints: Readonly<Record<string, string>> = {
  EACCES: 'Run it as a user who may write there, or choose another socket',
  EPERM: 'Run it as a user who may write there, or choose another socket',
  ENOENT: 'The file system there takes no sockets; choose another path',
  EROFS: 'The file system is read-only; choose another socket',
  ENOTDIR: 'A part of the path is no directory',
  EEXIST: 'A part of the path is no directory',
}

function explained(error: unknown, path: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  return hints[code] === undefined
    ? error
    : new UserError(`Cannot listen on ${path}: ${code}`, hints[code])
}
