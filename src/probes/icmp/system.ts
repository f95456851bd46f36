import { spawn } from 'node:child_process'
import builders from 'ping/lib/builder/factory.js'
import { createErrands, type ErrandResult } from '../errands.ts'
import type { Method, Report } from '../method.ts'
import type { Peer } from '../peer.ts'
import { reasonOf } from '../reasons.ts'
import { readPing } from './sayings.ts'

const { platform } = process
/** More than one `ping` tells in any case. */
const mostText = 64 * 1024
/** Killed by somebody: as bad as an exit code of its own trouble. */
const broken = 2

/** ICMP by the system's own ping, a process for each probe; a text where that may not ping either. */
export async function openSystemIcmp(
  probe: Peer,
  timeoutMs: number,
  report: Report,
): Promise<Method | string> {
  const first = await run(probe, 1000, AbortSignal.timeout(1000))
  if (first.kind === 'failure') return first.detail || `ping: ${first.reason}`
  return createErrands({
    kind: 'icmp',
    ability: { kind: 'ready', method: 'system ping', clock: 'unknown' },
    most: { young: 16, running: 16 },
    timeoutMs,
    report,
    unanswered: { packets: Math.ceil(timeoutMs / 1000) }, // one a second
    run: (peer, signal) => run(peer, timeoutMs, signal),
  })
}

/** Asks the system's ping once. Ends when the process is gone, which the signal kills. */
function run(peer: Peer, timeoutMs: number, signal: AbortSignal): Promise<ErrandResult> {
  const { promise, resolve } = Promise.withResolvers<ErrandResult>()
  const child = startPing(peer, timeoutMs, signal)
  let text = ''
  const hear = (chunk: Buffer) => {
    if (text.length < mostText) text += chunk.toString('latin1')
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) resolve(cannotRun(error.code ?? '')) // else it was killed
  })
  child.on('close', code => resolve(readPing(text, code ?? broken, peer, timeoutMs)))
  return promise
}

function startPing(peer: Peer, timeoutMs: number, signal: AbortSignal) {
  const seconds = Math.ceil(timeoutMs / 1000)
  const builder = builders.createBuilder(platform)
  // With a deadline ping sends on, a packet a second, until one reply came.
  const args = builder.getCommandArguments(peer.ip, {
    timeout: seconds,
    deadline: seconds,
    min_reply: 1,
    extra: ['--'], // no address can be taken for an option
  })
  // Linux's ping speaks IPv6, too; `ping6` is gone from some distributions.
  const file = builders.getExecutablePath(platform, platform === 'darwin' && peer.family === 6)
  return spawn(file, args, {
    env: { ...builder.getSpawnOptions().env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  })
}

/** A ping that cannot be started says nothing about the peer. */
const cannotRun = (code: string): ErrandResult => ({
  kind: 'failure',
  reason: reasonOf(code) === 'no-resources' ? 'no-resources' : 'not-permitted',
  detail: 'ping cannot be run',
})
