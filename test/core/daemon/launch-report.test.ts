import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pairAddresses } from '../../../src/core/daemon/endpoint-plan.ts'
import {
  type Launched,
  readReport,
  removeReport,
  reportOf,
  writeReport,
} from '../../../src/core/daemon/launch-report.ts'

let path = ''
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'report-')), 'launch.json')
})
afterEach(() => rmSync(join(path, '..'), { recursive: true }))

const atMs = Date.UTC(2026, 0, 8, 10)
const never = new Promise<never>(() => {})
const close = async () => {}

const launched = {
  pid: 425,
  sinceMs: atMs,
  socket: '/var/run/cilium/health.sock',
  launcher: {
    ciliumHealth: () => ({ warning: 'connection refused', sinceMs: atMs + 1000 }),
    daemon: () => ({
      state: () => ({ kind: 'waiting', sinceMs: atMs + 1000, retryAtMs: atMs + 2000 }),
      restarts: () => 2,
      lastError: () => 'ended by SIGKILL',
      close,
    }),
    failed: never,
    close,
  },
} satisfies Launched

const endpoint = {
  plan: {
    netns: 'cilium-health',
    link: 'cilium_health',
    pairs: pairAddresses('10.0.0.9,fd00::9', '10.0.0.1,fd00::1'),
    port: 4240,
    pidfile: '/var/run/cilium/state/health-endpoint.pid',
  },
  endpoint: {
    state: () => ({ kind: 'running', pid: 328, sinceMs: atMs }),
    restarts: () => 0,
    lastError: () => undefined,
    ensure: async () => {},
    remove: async () => {},
  },
  controller: {
    status: () => ({ successes: 3, lastSuccessMs: atMs, failures: 0, consecutiveFailures: 0 }),
    trigger() {},
    failed: never,
    close,
  },
  intervalMs: 30_000,
} satisfies Launched['endpoint']

test('it has the form of Cilium’s own status where Cilium has one', () => {
  expect(reportOf({ ...launched, endpoint })).toEqual({
    launcher: { pid: 425, since: '2026-01-08T10:00:00.000Z' },
    cluster: {
      ciliumHealth: {
        state: 'Warning',
        msg: 'connection refused',
        since: '2026-01-08T10:00:01.000Z',
      },
    },
    daemon: {
      state: 'waiting',
      since: '2026-01-08T10:00:01.000Z',
      restarts: 2,
      'last-error': 'ended by SIGKILL',
      socket: '/var/run/cilium/health.sock',
    },
    endpoint: {
      state: 'running',
      pid: 328,
      since: '2026-01-08T10:00:00.000Z',
      restarts: 0,
      netns: 'cilium-health',
      link: 'cilium_health',
      addresses: ['10.0.0.9', 'fd00::9'],
    },
    controllers: [
      {
        name: 'cilium-health-ep',
        configuration: { interval: '30s', 'error-retry': true },
        status: {
          'success-count': 3,
          'last-success-timestamp': '2026-01-08T10:00:00.000Z',
          'failure-count': 0,
          'consecutive-failure-count': 0,
        },
      },
    ],
  })
})

test('without an endpoint nothing is said of one', () => {
  const report = reportOf(launched)
  expect(report.endpoint).toBeUndefined()
  expect(report.controllers).toEqual([])
})

test('what was written is read again, and removed', () => {
  const report = reportOf({ ...launched, endpoint })
  writeReport(path, report)
  expect(readReport(path)).toEqual(report)
  expect(readdirSync(join(path, '..'))).toEqual(['launch.json'])
  removeReport(path)
  expect(existsSync(path)).toBe(false)
  expect(readReport(path)).toBeUndefined()
})

test.each(['', '{', '{"launcher":{"pid":"1"}}'])('what is no report (%j) is told', text => {
  writeFileSync(path, text)
  expect(() => readReport(path)).toThrow(path)
})
