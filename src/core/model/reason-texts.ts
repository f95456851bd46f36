import type { FailureReason } from './probe.ts'

/** Why no reply came, in words. */
export const reasonTexts: Readonly<Record<FailureReason, string>> = {
  timeout: 'no reply in time',
  refused: 'connection refused',
  reset: 'connection reset',
  closed: 'connection closed early',
  'host-unreachable': 'host unreachable',
  'network-unreachable': 'network unreachable',
  prohibited: 'administratively prohibited',
  'invalid-route': 'no valid route',
  'bad-status': 'bad HTTP status',
  'bad-reply': 'reply not understood',
  other: 'failed',
  'not-permitted': 'not permitted here',
  'no-resources': 'prober out of resources',
  'switched-off': 'switched off',
}
