import type { Method, Report } from '../method.ts'
import { createOff, switchedOff } from '../method.ts'
import type { LoadedSockets } from '../sockets.ts'
import { createNativeHttp } from './native.ts'
import { createSocketHttp } from './socket.ts'

export type HttpChoice = 'auto' | 'native' | 'socket' | 'undici' | 'off'

interface Place {
  readonly loaded: LoadedSockets
  readonly port: number
  readonly timeoutMs: number
  readonly report: Report
}

/** Ways to ask over HTTP, undici last: it costs most. A text is why one cannot be used here. */
const variants = {
  native: ({ loaded, port, timeoutMs, report }) =>
    loaded.kind === 'loaded'
      ? createNativeHttp(loaded.sockets, port, timeoutMs, report)
      : loaded.why,
  socket: ({ port, timeoutMs, report }) => createSocketHttp(port, timeoutMs, report),
  undici: async ({ port, timeoutMs, report }) => {
    const { createUndiciHttp } = await import('./undici.ts') // a lot to load for what is seldom used
    return createUndiciHttp(port, timeoutMs, report)
  },
  off: () => switchedOff,
} satisfies Record<
  Exclude<HttpChoice, 'auto'>,
  (place: Place) => Method | string | Promise<Method | string>
>

const order = {
  auto: ['native', 'socket', 'undici'],
  native: ['native'],
  socket: ['socket'],
  undici: ['undici'],
  off: ['off'],
} as const satisfies Record<HttpChoice, readonly (keyof typeof variants)[]>

/** The best way that works here, of those allowed. */
export async function openHttp(choice: HttpChoice, place: Place): Promise<Method> {
  let why = ''
  for (const name of order[choice]) {
    const method = await variants[name](place)
    if (typeof method !== 'string') return method
    why = method
  }
  const reason = why === switchedOff ? 'switched-off' : 'not-permitted'
  return createOff('http', { reason, why, remedies: ['--http auto'] }, place.report)
}
