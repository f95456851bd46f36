import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { Report } from '../../src/ui/text/report.ts'
import { run, start } from '../support/program.ts'

const schema = JSON.parse(readFileSync('schema/report.schema.json', 'utf8'))
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

const reportOf = (text: string): Report => {
  const report = JSON.parse(text)
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
  return report
}

const probeOf = (report: Report, name: string, to: 'host' | 'endpoint', kind: 'icmp' | 'http') =>
  report.nodes.find(node => node.name.includes(name))?.paths.find(path => path.to === to)?.probes[
    kind
  ]

test('one round of the demo cluster is one document of the schema, with the staged faults measured', async () => {
  const { code, stdout } = await run('top', '--json', '--demo', '--timeout', '500ms')
  const report = reportOf(stdout)
  expect(code).toBe(0)
  expect(report).toMatchObject({
    source: { kind: 'engine', label: 'demo: 8 nodes on loopback' },
    feed: { kind: 'live' },
    self: 'demo-1',
    summary: { nodes: 8, unknown: 0 },
  })
  expect(probeOf(report, 'refuses', 'endpoint', 'http')?.last).toMatchObject({ reason: 'refused' })
  expect(probeOf(report, 'hangs', 'host', 'http')?.last).toMatchObject({ reason: 'timeout' })
  expect(probeOf(report, 'no-route', 'endpoint', 'http')?.last).toMatchObject({
    reason: 'network-unreachable',
  })
  const healthy = probeOf(report, 'demo-2', 'host', 'http')
  expect(healthy?.statistics).toMatchObject({ sent: 1, lost: 0 })
  expect(healthy?.last).toMatchObject({ kind: 'reply', clock: 'kernel' })
  if (healthy?.last?.kind !== 'reply') throw new Error('no reply')
  const { rttNs, connectNs = 0, firstByteNs } = healthy.last
  expect(connectNs).toBeGreaterThan(0)
  expect(firstByteNs).toBe(rttNs - connectNs)
})

test('one round tells the interval that was asked for, and that nothing is stale', async () => {
  const args = ['top', '--json', '--demo', '2', '--fail-on', 'stale>0', '--fail-on', 'stale=0']
  const { code, stdout, stderr } = await run(...args, '--interval', '7s')
  expect([code, stderr]).toEqual([2, 'rule met: stale=0 (is 0)\n'])
  expect(reportOf(stdout).intervalMs).toBe(7000)
  expect(reportOf((await run('top', '--json', '--demo', '2')).stdout).intervalMs).toBe(1000)
})

test('the demo listens on the port that was asked for', async () => {
  const taken = createServer().listen(0, '127.77.1.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const refused = await run('top', '--json', '--demo', '1', '--port', `${port}`)
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining(`127.77.1.1:${port}: EADDRINUSE`),
  ])
  taken.close()
  await once(taken, 'close')
  expect((await run('top', '--json', '--demo', '1', '--port', `${port}`)).code).toBe(0)
})

test('one round tells what it found as events, or that there were none', async () => {
  const eventsOf = async (...args: readonly string[]) =>
    reportOf((await run('top', '--json', '--timeout', '500ms', ...args)).stdout).events
  expect(await eventsOf('--demo', '3')).toMatchObject([
    { kind: 'down', nodes: ['demo-3-refuses'], reason: 'refused' },
  ])
  expect(await eventsOf('--demo', '2')).toEqual([])
})

test('ICMP that cannot be sent is unknown and no failure', async () => {
  const { stdout } = await run('top', '--json', '--demo', '2', '--icmp', 'off')
  const report = reportOf(stdout)
  const icmp = probeOf(report, 'demo-2', 'host', 'icmp')
  expect(icmp?.verdict).toBe('unknown')
  expect(icmp?.statistics).toMatchObject({ sent: 0, lost: 0 })
  expect(icmp?.statistics).not.toHaveProperty('lossRatio')
  expect(report.summary).toMatchObject({ reachable: 2, unreachable: 0 })
  expect(report.prober?.abilities.icmp4.kind).toBe('off')
})

test.each(['native', 'socket', 'undici'])('--http %s is the way that HTTP goes', async http => {
  const report = reportOf((await run('top', '--json', '--demo', '2', '--http', http)).stdout)
  expect(report.prober?.abilities.http).toMatchObject({ method: expect.stringContaining(http) })
  expect(report.summary).toMatchObject({ reachable: 2 })
})

test.each([
  [['--interval', '200ms'], 200, ''],
  [['--interval', '200ms', '--min-interval', '2s'], 2000, /below --min-interval/],
  [['--min-interval', '3s'], 3000, ''],
  [[], 1000, ''],
])('%j: probes each %i ms', async (args, intervalMs, notice) => {
  const watching = start(['top', '--json', '--watch', '--demo', '2', ...args])
  for await (const line of watching.lines()) {
    expect(reportOf(line).intervalMs).toBe(intervalMs)
    break
  }
  expect((await watching.stop()).stderr).toMatch(notice || /^$/)
})

test('--watch prints a document a line until it is told to end', async () => {
  const watching = start(['top', '--json', '--watch', '--demo', '2', '--interval', '200ms'])
  const takenAtMs: number[] = []
  for await (const line of watching.lines()) {
    takenAtMs.push(reportOf(line).takenAtMs)
    if (takenAtMs.length === 3) break
  }
  expect((await watching.stop('SIGTERM')).code).toBe(143)
  expect(takenAtMs).toEqual(takenAtMs.toSorted((a, b) => a - b))
})

test('--watch tells what happened while it watched', async () => {
  const watching = start(['top', '--json', '--watch', '--demo', '3', '--interval', '200ms'])
  for await (const line of watching.lines()) {
    const down = reportOf(line).events.find(event => event.kind === 'down')
    if (!down) continue
    expect(down).toMatchObject({ severity: 'critical', nodes: ['demo-3-refuses'] })
    break
  }
  await watching.stop()
})

test('--filter leaves the nodes that match, to the rules as well', async () => {
  const args = ['top', '--json', '--demo', '3', '--fail-on', 'unreachable>0']
  const well = await run(...args, '--filter', '!refuses')
  expect([well.code, reportOf(well.stdout).summary.nodes]).toEqual([0, 2])
  const ill = await run(...args, '--filter', 'state=down')
  expect([ill.code, reportOf(ill.stdout).nodes[0]?.name]).toEqual([2, 'demo-3-refuses'])
})

test('a filter that cannot be read is shown with its place', async () => {
  const { code, stderr } = await run('top', '--json', '--demo', '--filter', 'demo (icmp>5ms')
  expect([code, stderr]).toEqual([1, expect.stringContaining('--filter, position 6')])
})

test('a reader that stops early is no error', async () => {
  const watching = start(['top', '--json', '--watch', '--demo', '2', '--interval', '200ms'])
  for await (const _ of watching.lines()) break
  watching.child.stdout?.destroy()
  expect(await watching.ended).toMatchObject({ code: 0, stderr: '' })
})

test('--fail-on ends with 2 where a rule is met, and tells which', async () => {
  const faulty = await run(
    'top',
    '--json',
    '--demo',
    '3',
    '--fail-on',
    'unreachable>0,reachable>99%',
  )
  expect(faulty.code).toBe(2)
  expect(faulty.stderr).toBe('rule met: unreachable>0 (is 1)\n')
  expect(reportOf(faulty.stdout).summary.unreachable).toBe(1)
  const healthy = await run('top', '--json', '--demo', '2', '--fail-on', 'unreachable>0')
  expect([healthy.code, healthy.stderr]).toEqual([0, ''])
})

test('--fail-on may be given several times', async () => {
  const rules = ['--fail-on', 'unreachable>0', '--fail-on', 'reachable<3']
  const { code, stderr } = await run('top', '--json', '--demo', '3', ...rules)
  expect([code, stderr]).toEqual([2, expect.stringMatching(/unreachable>0 .*\n.*reachable<3 /)])
})

test('a rule that cannot be read is shown with its place, before anything is probed', async () => {
  const { code, stdout, stderr } = await run('top', '--json', '--demo', '--fail-on', 'loss>1%,up>0')
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('--fail-on, position 9: "up" is no metric')
  expect(stderr).toContain('  loss>1%,up>0\n          ^')
})

test('stdout that is no terminal gets one plain table', async () => {
  const { code, stdout } = await run('top', '--demo', '3')
  expect(code).toBe(0)
  expect(stdout).toContain('demo-3-refuses')
  expect(stdout).not.toContain('\u001b')
})

test('the plain table has the columns and the order that were asked for', async () => {
  const args = ['top', '--demo', '3', '--timeout', '500ms']
  const { stdout } = await run(...args, '--columns', 'node,agent,state', '--sort', '-node')
  const lines = stdout.split('\n')
  expect(lines.find(line => line.includes('NODE'))).toMatch(/NODE▲? +AGENT +STATE/)
  expect(stdout.indexOf('demo-3')).toBeLessThan(stdout.indexOf('demo-2'))
  expect(await run(...args, '--columns', 'a,b')).toMatchObject({ code: 1, stdout: '' })
})

test('without any source the ways to give one are listed, the demo first', async () => {
  const { code, stderr } = await run('top')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: There is nothing to show/)
  expect(stderr.indexOf('--demo')).toBeLessThan(stderr.indexOf('--node '))
})

test('two sources exclude each other', async () => {
  const { code, stderr } = await run('top', '--demo', '--node', 'a=127.0.0.1')
  expect([code, stderr.split('\n')[0]]).toEqual([1, 'Error: --demo and --node exclude each other'])
})
