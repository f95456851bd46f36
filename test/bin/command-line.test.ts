import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run, start } from '../support/program.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'home-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const withHome = (...args: readonly string[]) =>
  start(args, { env: { HOME: home, XDG_CONFIG_HOME: home } }).ended

test('an unknown command is refused in the words of Cilium’s client', async () => {
  expect(await run('bogus')).toEqual({
    code: 1,
    stdout: 'unknown command "bogus" for "cilium-health"\n',
    stderr:
      'Error: unknown command "bogus" for "cilium-health"\nRun \'cilium-health --help\' for usage.\n',
  })
})

test('an unknown flag is refused with the usage', async () => {
  const { code, stdout, stderr } = await run('status', '--bogus')
  expect([code, stdout]).toEqual([1, 'unknown flag: --bogus\n'])
  expect(stderr).toMatch(/^Error: unknown flag: --bogus\n\nUsage: cilium-health status/)
})

test('no command prints the help and is no error', async () => {
  const { code, stdout } = await run()
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Usage: cilium-health/)
  for (const command of ['top', 'status|connectivity', 'ping', 'get|inspect', 'completion']) {
    expect(stdout).toContain(command)
  }
})

test.each([
  [['top', '--demo', '0'], 'from 1 to 2000'],
  [['top', '--demo', '--interval', 'soon'], '500ms, 10s or 1m30s'],
  [['top', '--demo', '--theme', 'pink'], 'colorblind'],
  [['top', '--node', 'a=224.0.0.1'], '224.0.0.1'],
  [['top', '--node', 'a=10.0.0.1', '--node', 'a=10.0.0.2'], '"a" is given twice'],
  [['top', '--nodes', '/nonexistent/nodes.yaml'], 'Cannot read /nonexistent/nodes.yaml'],
  [['status', '-H', 'foo'], "invalid host format 'foo'"],
])('%j is refused with the culprit', async (args, culprit) => {
  const { code, stderr } = await run(...args)
  expect(code).toBe(1)
  expect(stderr).toContain(culprit)
  expect(stderr).not.toContain('    at ')
})

test('a mistake in a node file is shown with file, line and value', async () => {
  const file = join(home, 'nodes.yaml')
  writeFileSync(file, 'nodes:\n  - name: a\n    host: 10.0.0.1\n  - name: b\n    host: 0.0.0.0\n')
  const { code, stderr } = await run('top', '--nodes', file)
  expect(code).toBe(1)
  expect(stderr).toContain(`${file}:5:`)
  expect(stderr).toContain('0.0.0.0')
})

test('an output format that nobody knows ends with 1 and no word, as Cilium’s does', async () => {
  const { code } = await run('status', '-H', 'unix:///nonexistent/health.sock', '-o', 'table')
  expect(code).toBe(1)
})

test('stored nodes are probed when nothing else is there', async () => {
  expect((await withHome('config', 'set', 'nodes', 'a=127.0.0.1', 'b=127.0.0.2')).code).toBe(0)
  const { stdout } = await withHome('top', '--json', '--icmp', 'off', '--timeout', '1s')
  expect(JSON.parse(stdout).nodes.map((node: { name: string }) => node.name)).toEqual(['a', 'b'])
})

test('stored settings are defaults: a flag goes before them', async () => {
  await withHome('config', 'set', 'nodes', 'a=127.0.0.1')
  await withHome('config', 'set', 'icmp', 'off')
  const icmpOf = async (...args: readonly string[]) =>
    JSON.parse((await withHome('top', '--json', ...args)).stdout).prober.abilities.icmp4.kind
  expect(await icmpOf()).toBe('off')
  expect((await withHome('config')).stdout).toContain('icmp = "off"')
  await withHome('config', 'unset', 'icmp')
  expect((await withHome('config')).stdout).not.toContain('icmp')
})

test('a setting or value that nobody knows is refused by name, and nothing is stored', async () => {
  const bogus = await withHome('config', 'set', 'bogus', '1')
  expect([bogus.code, bogus.stderr]).toEqual([1, expect.stringContaining('no setting "bogus"')])
  const port = await withHome('config', 'set', 'port', '70000')
  expect([port.code, port.stderr]).toEqual([1, expect.stringContaining('"port" is 70000')])
  await withHome('config', 'set', 'theme', 'pink')
  const top = await withHome('top', '--json', '--demo', '1')
  expect([top.code, top.stderr]).toEqual([1, expect.stringContaining('there is no theme "pink"')])
})

test('completion prints a script for each shell, and answers what it asks', async () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    expect((await run('completion', shell)).stdout).toContain('cilium-health')
  }
  expect((await run('complete', '--', 'top', '--fail')).stdout).toContain('--fail-on')
})
