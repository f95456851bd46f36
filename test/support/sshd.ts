import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const program = '/usr/sbin/sshd'
/** Whether there is an OpenSSH server that this user may start. */
export const hasSshd = existsSync(program) && process.getuid?.() === 0

export interface Sshd {
  readonly port: number
  readonly user: string
  /** The arguments by which ssh knows only what the test gives it: `-F CONFIG`. */
  readonly args: readonly string[]
  readonly directory: string
  /** The server and the processes that serve its connections. */
  pids(): readonly number[]
  signal(signal: NodeJS.Signals): void
  /** Changes ssh's configuration for the connections that follow. */
  configure(lines: Readonly<Record<string, string>>): void
}

/** An OpenSSH server on the loopback interface, with throw-away keys, that ends with the test. */
export async function startSshd(settings: readonly string[] = []): Promise<Sshd> {
  // sshd is particular about who may write to the directories above its keys.
  const directory = mkdtempSync('/tmp/health-sshd-')
  const port = await freePort()
  const key = (name: string) => join(directory, name)
  for (const name of ['host', 'user', 'stranger']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key(name)])
  }
  writeFileSync(key('authorized'), readFileSync(key('user.pub')), { mode: 0o600 })
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const { username } = userInfo()
  writeFileSync(
    key('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${key('host')}`,
      `AuthorizedKeysFile ${key('authorized')}`,
      `PidFile ${key('pid')}`,
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'UsePAM no',
      'StrictModes no',
      ...settings,
    ].join('\n'),
  )
  const child = spawn(program, ['-D', '-e', '-f', key('sshd_config')], { stdio: 'ignore' })
  onTestFinished(() => end(child, directory))
  await answering(port)
  const known = readFileSync(key('host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(key('known_hosts'), `[127.0.0.1]:${port} ${known}\n`)
  const sshd: Sshd = {
    port,
    user: username,
    args: ['-F', key('ssh_config')],
    directory,
    pids: () => familyOf(child.pid ?? 0),
    signal(signal) {
      for (const pid of sshd.pids()) kill(pid, signal)
    },
    configure(lines) {
      const all = {
        IdentityFile: key('user'),
        IdentitiesOnly: 'yes',
        IdentityAgent: 'none',
        UserKnownHostsFile: key('known_hosts'),
        GlobalKnownHostsFile: '/dev/null',
        ...lines,
      }
      const text = Object.entries(all).map(([name, value]) => `  ${name} ${value}\n`)
      writeFileSync(key('ssh_config'), `Host *\n${text.join('')}`)
    },
  }
  sshd.configure({})
  return sshd
}

async function end(child: ChildProcess, directory: string): Promise<void> {
  for (const pid of familyOf(child.pid ?? 0)) kill(pid, 'SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  rmSync(directory, { recursive: true, force: true })
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // A connection's process may have ended since it was listed.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A process and its descendants. */
export function familyOf(pid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter(each => /^\d+$/.test(each))) {
    parents.set(Number(name), parentOf(name))
  }
  const isIn = (each: number | undefined): boolean =>
    each !== undefined && (each === pid || isIn(parents.get(each)))
  return [...parents.keys()].filter(isIn)
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as { port: number }
    server.close(() => resolve(port))
  })
  return promise
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const is = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (is) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('sshd did not start')
}
