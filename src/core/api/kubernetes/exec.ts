import type { IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import type WebSocket from 'ws'
import { plainText } from '../plain-text.ts'
import { Refusal, statusMessage } from './refusal.ts'

export interface Execution {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly command: readonly string[]
}

/** Of 5,000 nodes a status has 2.5 MB. */
const maxStdoutBytes = 16 * 1024 * 1024
const maxWordsBytes = 16 * 1024

/** The first byte of each message says which stream it belongs to. */
const channels = { stdout: 1, stderr: 2, status: 3 } as const
/** A command may take its time; a connection that answers no ping is dead. */
const usualBeat: Beat = { everyMs: 5000, patienceMs: 10_000 }

export interface Beat {
  readonly everyMs: number
  /** As long as nothing at all may come. */
  readonly patienceMs: number
}

/** Without stdin the two are the same. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/**
 * Runs a command in a container by Kubernetes' exec protocol; resolves with its stdout. Rejects with
 * a Refusal of the API server, or an Error that says how the command failed, or was cut off.
 */
export async function exec(
  server: string,
  execution: Execution,
  options: RequestOptions,
  signal: AbortSignal,
  beat = usualBeat,
): Promise<string> {
  const { default: Socket } = await import('ws')
  signal.throwIfAborted()
  const socket = new Socket(urlOf(server, execution), protocols, {
    ...(options as object),
    perMessageDeflate: false,
    maxPayload: maxStdoutBytes,
    handshakeTimeout: beat.patienceMs,
  })
  const abort = () => socket.terminate()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([outcomeOf(socket, execution), silenceOf(socket, beat)])
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
    socket.terminate()
  }
}

function urlOf(server: string, { namespace, pod, container, command }: Execution): string {
  const query = new URLSearchParams({ container, stdout: 'true', stderr: 'true' })
  for (const word of command) query.append('command', word)
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec`
  return `${server.replace(/^http/, 'ws')}${path}?${query}`
}

function outcomeOf(socket: WebSocket, { command }: Execution): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const stdout = createSink(maxStdoutBytes)
  const stderr = createSink(maxWordsBytes)
  let status: string | undefined

  const take = (message: Buffer) => {
    const [channel] = message
    const rest = message.subarray(1)
    if (channel === channels.status) status = rest.subarray(0, maxWordsBytes).toString()
    else if (channel === channels.stderr) stderr.take(rest)
    else if (channel === channels.stdout && !stdout.take(rest)) {
      reject(new Error(`the answer is longer than ${maxStdoutBytes} bytes`))
    }
  }
  socket.on('message', data => take(data as Buffer))
  socket.once('unexpected-response', (_, response) => {
    refusalOf(response).then(reject, reject)
  })
  socket.on('error', reject)
  socket.once('close', () => {
    const failure = failureOf(status, stderr.text(), command[0] ?? '')
    if (failure === undefined) resolve(stdout.text())
    else reject(new Error(failure))
  })
  return promise
}

/** Rejects once nothing has come for too long, not even the answer to a ping. */
function silenceOf(socket: WebSocket, { everyMs, patienceMs }: Beat): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const words = `nothing heard from the API server for ${patienceMs / 1000} s`
  socket.once('open', () => {
    const dead = setTimeout(() => reject(new Error(words)), patienceMs)
    const beating = setInterval(() => socket.ping(), everyMs)
    const restart = () => dead.refresh()
    socket.on('message', restart).on('pong', restart)
    socket.once('close', () => {
      clearTimeout(dead)
      clearInterval(beating)
    })
  })
  return promise
}

/** Keeps bytes up to a limit; says whether there was room. */
function createSink(maxBytes: number) {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    take(chunk: Buffer): boolean {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      return bytes <= maxBytes
    },
    text: () => Buffer.concat(chunks).toString(),
  }
}

/** Undefined where the command did well. */
function failureOf(status: string | undefined, stderr: string, name: string): string | undefined {
  if (status === undefined) return 'the API server cut the connection off in mid-stream'
  const { status: state, message } = parsed(status)
  if (state === 'Success') return undefined
  const words = plainText(stderr.trimEnd().split('\n').at(-1), 300) || plainText(message, 300)
  return `${name} failed: ${words}`
}

function parsed(text: string): { readonly status?: unknown; readonly message?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

async function refusalOf(response: IncomingMessage): Promise<Refusal> {
  const body = createSink(maxWordsBytes)
  for await (const chunk of response) if (!body.take(chunk as Buffer)) break
  return new Refusal(response.statusCode ?? 0, statusMessage(body.text()))
}
