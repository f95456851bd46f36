import { malformedText } from './go-quote.ts'

const systemTexts: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EAGAIN: 'resource temporarily unavailable',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EPIPE: 'broken pipe',
  EINVAL: 'invalid argument',
  ENOTSOCK: 'socket operation on non-socket',
  EPROTOTYPE: 'protocol wrong type for socket',
  EMFILE: 'too many open files',
}

/** What Node's errors of a call that failed may tell. */
interface Failed extends Error {
  readonly code?: unknown
  readonly syscall?: unknown
  /** What the HTTP parser did not understand. */
  readonly rawPacket?: Uint8Array
}

/**
 * What Go's client would say of a failed call to `address` (such as `unix /run/x.sock`). It may hold
 * what the other side sent.
 */
export function goErrorText(error: unknown, address: string): string {
  const failed = reasonOf(error)
  const { syscall, name, message } = failed
  const code = typeof failed.code === 'string' ? failed.code : ''
  if (name === 'TimeoutError' || code.endsWith('_TIMEOUT')) return 'context deadline exceeded'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const host = address.replace(/^tcp (.*):\d+$/, '$1')
    return `dial tcp: lookup ${host}: no such host`
  }
  const text = systemTexts[code]
  if (syscall === 'connect') return `dial ${address}: connect: ${text ?? code}`
  const broken = protocolText(failed, code)
  if (broken !== undefined) return broken
  return text === undefined ? message : `read ${connection(address)}: read: ${text}`
}

/** What ended an answer before its end, or made it none. */
function protocolText({ message, rawPacket }: Failed, code: string): string | undefined {
  if (message === 'socket hang up' || code === 'UND_ERR_SOCKET') return 'EOF'
  if (message === 'aborted') return 'unexpected EOF'
  if (!rawPacket || !/^HPE_INVALID_(CONSTANT|VERSION|STATUS)$/.test(code)) return undefined
  const [line = ''] = String.fromCharCode(...rawPacket.subarray(0, 256)).split(/\r?\n/, 1)
  return `net/http: HTTP/1.x transport connection broken: ${malformedText(line)}`
}

/** Several addresses tried: the first one's error tells most. */
const reasonOf = (error: unknown): Failed =>
  (error instanceof AggregateError ? error.errors[0] : error) as Failed

/** A client's end of a unix socket has no name. */
const connection = (address: string) => address.replace(/^unix /, 'unix @->')
