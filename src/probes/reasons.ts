import type { FailureReason } from '../core/model/probe.ts'

const reasons: Readonly<Record<string, FailureReason>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'host-unreachable',
  EHOSTDOWN: 'host-unreachable',
  ENETUNREACH: 'network-unreachable',
  ENETDOWN: 'network-unreachable',
  EACCES: 'prohibited',
  EPERM: 'prohibited', // a local firewall's verdict on what we send
  EINVAL: 'invalid-route', // a blackhole route's
  ETIMEDOUT: 'timeout',
  EAGAIN: 'no-resources',
  ENOBUFS: 'no-resources',
  ENOMEM: 'no-resources',
  EMFILE: 'no-resources',
  ENFILE: 'no-resources',
  EADDRNOTAVAIL: 'no-resources',
}

/** Whether an error of the network ends a wait; a redirect (EREMOTEIO), say, does not. */
export const isReason = (error: string): boolean => Object.hasOwn(reasons, error)

/** What a system call's error says about the target, or about us. */
export const reasonOf = (error: string): FailureReason => reasons[error] ?? 'other'

/** Errors that pass by themselves: wait, and send again. */
export const isCongestion = (error: string): boolean => error === 'EAGAIN' || error === 'ENOBUFS'
