import { STATUS_CODES } from 'node:http'
import { isIPv6 } from 'node:net'
import type { FailureReason, ProbeKind } from '../model/probe.ts'
import { plainText } from './plain-text.ts'

/** A failure as it is typed here; Cilium has only the text. */
export interface Reason {
  readonly reason: FailureReason
  readonly detail: string
}

export interface Probed {
  readonly kind: ProbeKind
  readonly ip: string
  /** The port of the HTTP probe. */
  readonly port: number
}

/** The text that Cilium (1.17 and later) prints for a failure: Go's errors, seen at real daemons. */
export function failureText({ reason, detail }: Reason, probed: Probed): string {
  if (reason === 'other') return detail === '' ? 'unknown error' : detail
  // Cilium cannot switch one off: on the wire it was never probed.
  if (reason === 'switched-off') return 'switched off'
  return probed.kind === 'icmp'
    ? icmpText(reason, detail, probed.ip)
    : httpText(reason, detail, probed)
}

type Known = Exclude<FailureReason, 'other' | 'switched-off'>

/** What the system says where a call fails. */
const systemErrors: Partial<Record<Known, string>> = {
  refused: 'connection refused',
  'host-unreachable': 'no route to host',
  'network-unreachable': 'network is unreachable',
  prohibited: 'permission denied',
  'invalid-route': 'invalid argument',
}

const setupErrors: Partial<Record<Known, string>> = {
  'not-permitted': 'operation not permitted',
  'no-resources': 'too many open files',
}

const timedOut = 'Connection timed out'

function icmpText(reason: Known, detail: string, ip: string): string {
  // What others tell of a packet that left (`…, from ADDRESS`) Cilium does not hear.
  if (/(^|, )from [\da-f.:]+$/.test(detail)) return timedOut
  const v6 = isIPv6(ip)
  const setup = setupErrors[reason]
  if (setup) return `listen ${v6 ? 'ip6:ipv6-icmp' : 'ip4:icmp'} : socket: ${setup}`
  const sending = systemErrors[reason]
  return sending ? `write ip ${v6 ? '::' : '0.0.0.0'}->${ip}: sendmsg: ${sending}` : timedOut
}

function httpText(reason: Known, detail: string, { ip, port }: Probed): string {
  const peer = isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`
  if (reason === 'bad-status') return `unexpected status code: ${statusWords(detail)}`
  return `Get "http://${peer}/hello": ${httpErrors[reason](peer, detail, reason)}`
}

const broken = 'net/http: HTTP/1.x transport connection broken'
const cutShort = 'unexpected EOF'
/** `ADDRESS:PORT`, IPv6 in brackets. */
const localEnd = /^(?:[\d.]+|\[[\da-f:.]+\]):\d+$/

type HttpError = (peer: string, detail: string, reason: Known) => string

const dialling: HttpError = (peer, _, reason) =>
  `dial tcp ${peer}: connect: ${systemErrors[reason]}`
const openingSocket: HttpError = (peer, _, reason) =>
  `dial tcp ${peer}: socket: ${setupErrors[reason]}`

const httpErrors = {
  timeout: () => 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  refused: dialling,
  reset: (peer, detail) =>
    `read tcp ${localEnd.test(detail) ? `${detail}->` : ''}${peer}: read: connection reset by peer`,
  closed: (_, detail) => (detail === cutShort ? `${broken}: ${cutShort}` : 'EOF'),
  'host-unreachable': dialling,
  'network-unreachable': dialling,
  prohibited: dialling,
  'invalid-route': dialling,
  'bad-reply': (_, detail) =>
    `${broken}: ${detail.startsWith('malformed HTTP ') ? detail : `malformed HTTP response "${detail}"`}`,
  'not-permitted': openingSocket,
  'no-resources': openingSocket,
} satisfies Record<Exclude<Known, 'bad-status'>, HttpError>

/** Go prints the code and then its status line, which begins with the code again. */
function statusWords(detail: string): string {
  const [, code = '0', phrase = ''] = /(\d{3})\s*(.*)/.exec(detail) ?? []
  return `${code} ${code} ${phrase || (STATUS_CODES[code] ?? '')}`.trimEnd()
}

const endings: readonly (readonly [RegExp, FailureReason])[] = [
  [/^Connection timed out$/, 'timeout'],
  [/^switched off$/, 'switched-off'],
  [/context deadline exceeded|i\/o timeout|Client\.Timeout exceeded/, 'timeout'],
  [/socket: operation not permitted$/, 'not-permitted'],
  [/: too many open files$|: no buffer space available$/, 'no-resources'],
  [/connection refused$/, 'refused'],
  [/no route to host$/, 'host-unreachable'],
  [/network is unreachable$/, 'network-unreachable'],
  [/permission denied$/, 'prohibited'],
  [/invalid argument$/, 'invalid-route'],
  [/connection reset by peer$/, 'reset'],
  [/: (unexpected )?EOF$/, 'closed'],
]

/** Reads a failure's text back; a text that Cilium does not print is kept as the detail. */
export function reasonOf(text: string): Reason {
  const line = plainText(text, 512)
  const [, status] = /^unexpected status code: \d{3} (\d{3}\b.*)$/.exec(line) ?? []
  if (status !== undefined) return { reason: 'bad-status', detail: status.trim() }
  const [, reply, banner] = /(malformed HTTP (?:response "(.*)"|.*))$/.exec(line) ?? []
  if (reply !== undefined) return { reason: 'bad-reply', detail: banner ?? reply }
  const [, local] = /read tcp (\S+)->\S+ read: connection reset by peer$/.exec(line) ?? []
  if (local !== undefined) return { reason: 'reset', detail: local }
  if (line.endsWith(`${broken}: ${cutShort}`)) return { reason: 'closed', detail: cutShort }
  const known = endings.find(([pattern]) => pattern.test(line))
  return known ? { reason: known[1], detail: '' } : { reason: 'other', detail: line }
}
