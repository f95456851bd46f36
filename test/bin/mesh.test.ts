import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MeshReport } from '../../src/ui/text/mesh-report.ts'
import { type Running, run, start } from '../support/program.ts'

const schema = JSON.parse(readFileSync('schema/mesh.schema.json', 'utf8'))
const validate = new Ajv2020({ strict: true }).compile(schema)
const folder = mkdtempSync(join(tmpdir(), 'ch-mesh-'))
const uri = `unix://${folder}/demo.sock`
let daemon: Running

beforeAll(async () => {
  const port = await freePort()
  const flags = ['--socket', `${folder}/demo.sock`, '--port', `${port}`, '--interval', '500ms']
  daemon = start(['-d', '--demo', '3', '--icmp', 'off', ...flags])
  await daemon.stderrMatches(/serving the health API/)
})
afterAll(async () => {
  await daemon.stop()
  rmSync(folder, { recursive: true, force: true })
})

const reportOf = (text: string): MeshReport => {
  const report = JSON.parse(text)
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
  return report
}

test('sources are merged into one document; one that is not there is told, with its reason', async () => {
  const gone = `unix://${folder}/gone.sock`
  const { code, stdout } = await run('mesh', '--json', '-H', uri, '-H', `other=${gone}`)
  const report = reportOf(stdout)
  expect(code).toBe(0)
  expect(report.summary).toMatchObject({ nodes: 3, sources: 2, unread: 1 })
  expect(report.sources).toMatchObject([
    { label: uri, node: 'demo-1', read: true },
    {
      ...{ label: gone, node: 'other', read: false },
      ...{ reason: expect.stringContaining('no such file'), retryAtMs: expect.any(Number) },
    },
  ])
  expect(report.pairs).toMatchObject([{ from: 'demo-1', to: 'demo-3-refuses', state: 'failing' }])
})

test('without --json it is a text, and rules set the exit code', async () => {
  const { code, stdout, stderr } = await run('mesh', '-H', uri, '--fail-on', 'failing>0,rtt>60s')
  expect([code, stderr]).toEqual([2, 'rule met: failing>0 (is 1)\n'])
  expect(stdout).toContain('demo-1 reaches demo-3-refuses only in part')
})

test('--watch tells a line after each change until it is told to end', async () => {
  const watching = start(['mesh', '--json', '--watch', '-H', uri])
  const takenAtMs: number[] = []
  for await (const line of watching.lines()) {
    takenAtMs.push(reportOf(line).takenAtMs)
    if (takenAtMs.length === 2) break
  }
  expect((await watching.stop('SIGTERM')).code).toBe(143)
  expect(takenAtMs[1]).toBeGreaterThan(takenAtMs[0] ?? 0)
})

test('--watch as a text tells the time of each look', async () => {
  const watching = start(['mesh', '--watch', '-H', uri])
  let looks = 0
  for await (const line of watching.lines()) {
    if (/^\S\S \d\d:\d\d:\d\d \S+$/.test(line)) looks += 1
    if (looks === 2) break
  }
  await watching.stop('SIGTERM')
  expect(looks).toBe(2)
})

test('where no source can be read the mesh fails, and says why', async () => {
  const { code, stderr } = await run('mesh', '-H', `unix://${folder}/gone.sock`)
  expect(code).toBe(1)
  expect(stderr).toContain('no source could be read')
})

test('a daemon that accepts and says nothing is given up after --wait', async () => {
  const path = `${folder}/silent.sock`
  const server = createServer(() => {}).listen(path)
  const { stdout } = await run('mesh', '--json', '-H', `unix://${path}`, '-H', uri, '--wait', '1s')
  server.close()
  expect(reportOf(stdout).sources).toMatchObject([
    { label: uri, read: true },
    { label: `unix://${path}`, read: false },
  ])
})

test('the next command for a daemon on TCP shows what lets us in, by its file', async () => {
  const token = join(folder, 'my token')
  writeFileSync(token, 'a-token-that-is-long-enough')
  const gone = 'tcp://127.0.0.1:1'
  const access = ['--token-file', token, '--tls']
  const { stdout } = await run('mesh', '--json', '-H', uri, '-H', `gone=${gone}`, ...access)
  const finding = reportOf(stdout).findings.find(({ shape }) => shape === 'unread')
  expect(finding?.next.command).toBe(`cilium-health hello -H ${gone} --token-file '${token}' --tls`)
})

test('what a run left behind that was killed is removed by the way', async () => {
  const runtime = mkdtempSync('/tmp/ch-run-')
  const orphan = join(runtime, 'cilium-health-ssh-4194304-1-abcdef')
  mkdirSync(orphan)
  await start(['mesh', '-H', uri], { env: { XDG_RUNTIME_DIR: runtime } }).ended
  expect(existsSync(orphan)).toBe(false)
  rmSync(runtime, { recursive: true })
})

test('a daemon that hangs makes the answers of the others no older', async () => {
  const path = `${folder}/hung.sock`
  const server = createServer(() => {}).listen(path)
  // The silence is noticed after 5 s; the other daemon's answers are fresh for 4 s.
  const hosts = ['-H', `unix://${path}`, '-H', uri]
  const { code, stdout } = await run('mesh', '--json', ...hosts, '--fail-on', 'stale>0')
  server.close()
  const { summary, findings } = reportOf(stdout)
  expect([code, summary.stale, summary.unread]).toEqual([0, 0, 1])
  expect(findings.map(({ shape }) => shape)).not.toContain('source-stale')
})

test.each([
  ['nowhere:///x', /unknown scheme in host.*\nKnown are .*k8s:\/\//],
  ['plain', /invalid host format/],
])('%s leads nowhere: one line, exit code 1', async (host, message) => {
  const { code, stdout, stderr } = await run('mesh', '-H', uri, '-H', host)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(message)
})

test('a rule that cannot be read is shown with its place', async () => {
  const { code, stderr } = await run('mesh', '-H', uri, '--fail-on', 'failing>0,up>0')
  expect(code).toBe(1)
  expect(stderr).toContain('--fail-on, position 11: "up" is no metric')
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
