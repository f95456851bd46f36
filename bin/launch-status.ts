import type { LaunchReport, ProcessStatus } from '../src/core/daemon/launch-report.ts'

/** What was launched, a line each; every line says since when. */
export function formatLaunchReport(report: LaunchReport): string {
  const { launcher, cluster, daemon, endpoint, controllers } = report
  const { state, msg, since } = cluster.ciliumHealth
  const lines: readonly (readonly [string, string] | undefined)[] = [
    ['Launcher', `running, pid ${launcher.pid}, since ${launcher.since}`],
    ['Cilium health', `${state}${msg === undefined ? '' : ` (${msg})`}, since ${since}`],
    daemon && ['Health daemon', `${processText(daemon)}, socket ${daemon.socket}`],
    ...errorLine(daemon),
    endpoint && [
      'Health endpoint',
      `${processText(endpoint)}, namespace ${endpoint.netns}, link ${endpoint.link}, ` +
        `address ${endpoint.addresses.join(' ')}`,
    ],
    ...errorLine(endpoint),
    ...controllers.map(controllerLine),
  ]
  return lines
    .filter(line => line !== undefined)
    .map(([name, value]) => `${`${name}:`.padEnd(18)}${value}\n`)
    .join('')
}

function processText({ state, pid, since, restarts }: ProcessStatus): string {
  const parts = [state, pid && `pid ${pid}`, since && `since ${since}`, `restarts ${restarts}`]
  return parts.filter(Boolean).join(', ')
}

const errorLine = (status: ProcessStatus | undefined): readonly (readonly [string, string])[] =>
  status?.['last-error'] === undefined ? [] : [['  last error', status['last-error']]]

function controllerLine({ name, configuration, status }: LaunchReport['controllers'][number]) {
  const runs = `${status['success-count']} well, ${status['failure-count']} failed`
  return [name, `every ${configuration.interval}, ${runs}`] as const
}
