import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SshAccess } from './index.ts'
import { atEnd } from './last-will.ts'
import { baseDirectory, createPrivateDirectory, removeLeftovers } from './private-directory.ts'
import type { SshTarget } from './ssh-target.ts'

/** An ssh process that brings a socket from over there to here. */
export interface Tunnel {
  /** The near end; there once the tunnel is up. */
  readonly socket: string
  isUp(): boolean
  /** Resolves once the process is gone. */
  readonly ended: Promise<void>
  isOver(): boolean
  /**
   * What ssh said just now, or just before it ended. Not to be trusted: the server's banner is in it.
   */
  lastWords(): string
  close(): Promise<void>
}

/** A key that wants to be touched, or an agent that asks, may take its time. */
const startTimeoutMs = 60_000
const graceMs = 1000
const recentMs = 2000
/** Of what a pipe holds at a time; a banner may be endless. */
const maxWords = 8192
const maxPieces = 32

const options = {
  // Where the user's own settings would ask, leave us behind, or say too little.
  IgnoreUnknown: 'ForkAfterAuthentication,RemoteCommand,StdinNull',
  BatchMode: 'yes',
  ForkAfterAuthentication: 'no',
  RemoteCommand: 'none',
  PermitLocalCommand: 'no',
  ControlMaster: 'no',
  ControlPath: 'none',
  LogLevel: 'INFO',
  ConnectTimeout: '10',
  ExitOnForwardFailure: 'yes',
  StreamLocalBindUnlink: 'yes',
  StreamLocalBindMask: '0177',
  // A link that is dead is given up after 12 s.
  ServerAliveInterval: '4',
  ServerAliveCountMax: '2',
}

/** Starts ssh; whether it gets through is told by the socket, or by its end. */
export async function openTunnel(target: SshTarget, access: SshAccess): Promise<Tunnel> {
  const base = baseDirectory(access.runtimeDirectory)
  await removeLeftovers(base)
  const directory = await createPrivateDirectory(base)
  const socket = join(directory, 's')
  const child = spawn(access.program ?? 'ssh', sshArguments(target, socket, access.args), {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Without a terminal nothing can be asked there; and Ctrl-C is for us, not for it.
    detached: true,
  })
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const words = createLastWords()
  let over = false
  child.stderr.setEncoding('utf8').on('data', words.hear)
  const removeAll = () => {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  const takeBack = atEnd(removeAll)
  const finish = () => {
    over = true
    words.end()
    clearTimeout(tooLate)
    rmSync(directory, { recursive: true, force: true })
    takeBack()
    resolve()
  }
  const tooLate = setTimeout(() => {
    if (existsSync(socket)) return
    words.hear(`\nno connection within ${startTimeoutMs / 1000} s\n`)
    child.kill('SIGKILL')
  }, startTimeoutMs)
  child.once('error', error => {
    words.hear(startProblem(error))
    finish()
  })
  // A ProxyCommand may hold its stderr open for ever.
  child.once('exit', () => setTimeout(() => child.stderr.destroy(), 200).unref())
  child.once('close', () => finish())
  return {
    socket,
    ended,
    isUp: () => existsSync(socket),
    isOver: () => over,
    lastWords: words.recent,
    async close() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(late)
    },
  }
}

function createLastWords() {
  let heard: readonly { readonly atMs: number; readonly text: string }[] = []
  let endMs: number | undefined
  const recent = () => {
    const sinceMs = (endMs ?? performance.now()) - recentMs
    heard = heard.filter(({ atMs }) => atMs > sinceMs)
    return heard.map(({ text }) => text).join('')
  }
  return {
    recent,
    hear(text: string) {
      heard = [...heard, { atMs: performance.now(), text: text.slice(-maxWords) }].slice(-maxPieces)
      recent()
    },
    end() {
      endMs = performance.now()
    },
  }
}

/** No shell reads these, and behind `--` nothing is an option. */
function sshArguments(target: SshTarget, socket: string, first: readonly string[] = []) {
  return [
    ...first,
    ...['-N', '-T', '-x', '-a'],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...['-L', `${socket}:${target.socket}`],
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.port === undefined ? [] : ['-p', `${target.port}`]),
    ...['--', target.host],
  ]
}

const startProblem = ({ code, message }: NodeJS.ErrnoException) =>
  code === 'ENOENT' ? 'there is no program ssh here: install the OpenSSH client' : message
