import { plainText } from './plain-text.ts'

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

/** What Go's client would say of a failed call to `address` (such as `unix /run/x.sock`). */
export function goErrorText(error: unknown, address: string): string {
  const { code = '', syscall, name, message } = reasonOf(error)
  if (name === 'TimeoutError' || code.endsWith('_TIMEOUT')) return 'context deadline exceeded'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const host = address.replace(/^tcp (.*):\d+$/, '$1')
    return `dial tcp: lookup ${host}: no such host`
  }
  const text = systemTexts[code]
  if (syscall === 'connect') return `dial ${address}: connect: ${text ?? plainText(code, 40)}`
  if (message === 'socket hang up' || code === 'UND_ERR_SOCKET') return 'EOF'
  if (text !== undefined) return `read ${address}: ${text}`
  return plainText(message, 200)
}

/** Several addresses tried: the first one's error tells most. */
const reasonOf = (error: unknown): NodeJS.ErrnoException =>
  (error instanceof AggregateError ? error.errors[0] : error) as NodeJS.ErrnoException
