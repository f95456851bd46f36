import { spawn } from 'node:child_process'
import builders from 'ping/lib/builder/factory.js'
import { createErrands, type ErrandResult } from '../errands.ts'
import type { Method, Report } from '../method.ts'
import type { Peer } from '../peer.ts'
import { reasonOf } from '../reasons.ts'
import type { IcmpPatience } from './flights.ts'
import { readPing } from './sayings.ts'

const { platform } = process
/** More than one `ping` tells in any case. */
const mostText = 64 * 1024
/** Killed by somebody: as bad as an exit code of its own trouble. */
const broken = 2

/** ICMP by the system's own ping, a process for each probe; a text where that may not ping either. */
export async function openSystemIcmp(
  probe: Peer,
  patience: IcmpPatience,
  report: Report,
): Promise<Method | string> {
  const first = await run(probe, { timeoutMs: 1000, packets: 1 }, AbortSignal.timeout(1000))
  if (first.kind === 'failure') return first.detail || `ping: ${first.reason}`
  const { timeoutMs, packets } = patience
  return createErrands({
    kind: 'icmp',
    ability: { kind: 'ready', method: 'system ping', clock: 'unknown' },
    most: { young: 16, running: 16 },
    timeoutMs,
    report,
    unanswered: { packets: packets > 1 ? Math.ceil(timeoutMs / 1000) : 1 }, // one a second
    run: (peer, signal) => run(peer, patience, signal),
  })
}

/** Asks the system's ping once. Ends when the process is gone, which the signal kills. */
async function run(peer: Peer, patience: IcmpPatience, signal: AbortSignal): Promise<ErrandResult> {
  try {
    return await listen(startPing(peer, patience, signal), peer, patience.timeoutMs)
  } catch (error) {
    return cannotRun(error) // some errors of starting are thrown, others told
  }
}

function listen(child: Ping, peer: Peer, timeoutMs: number): Promise<ErrandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ErrandResult>()
  let text = ''
  const hear = (chunk: Buffer) => {
    if (text.length < mostText) text += chunk.toString('latin1')
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  child.on('error', error => {
    if (child.pid === undefined) reject(error) // else it was killed
  })
  child.on('close', code => resolve(readPing(text, code ?? broken, peer, timeoutMs)))
  return promise
}

type Ping = ReturnType<typeof startPing>

function startPing(peer: Peer, { timeoutMs, packets }: IcmpPatience, signal: AbortSignal) {
  const seconds = Math.ceil(timeoutMs / 1000)
  const builder = builders.createBuilder(platform)
  // With a deadline ping sends on, a packet a second, until one reply came: it cannot be told how many.
  const args = builder.getCommandArguments(peer.ip, {
    timeout: seconds,
    ...(packets > 1 && { deadline: seconds }),
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
function cannotRun(error: unknown): ErrandResult {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  if (!syscall?.startsWith('spawn')) throw error
  const reason = reasonOf(code) === 'no-resources' ? 'no-resources' : 'not-permitted'
  return { kind: 'failure', reason, detail: `ping cannot be run: ${code}` }
}
