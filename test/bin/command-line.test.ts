import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

const served = { local: { name: 'a' }, nodes: [{ name: 'a' }], timestamp: '2026-01-08T10:00:00Z' }

/** Runs against a daemon that always answers the same. */
async function against(body: unknown, ...args: readonly string[]) {
  const path = join(home, 'health.sock')
  const server = createServer((_, response) => response.end(JSON.stringify(body)))
  await new Promise<void>(resolve => server.listen(path, resolve))
  const ended = await start(args, { env: { CILIUM_HEALTH_SOCK: path } }).ended
  server.close()
  return ended
}

test.each([
  [['-o', 'jsonpath={.local.name}', 'status'], 'a\n'],
  [['-D', '--output=jsonpath={.local.name}', '--verbose=true', 'connectivity'], 'a\n'],
  [['-ojsonpath={.local.name}', 'status'], 'a\n'],
  [['status', '-Dojsonpath={.local.name}', '--help=false', 'more', 'words'], 'a\n'],
  [['status', '-o=jsonpath={.local.name}'], 'a\n'],
  [['status', '--output=jsonpath={.local.name}', '--probe=true', '-D=true'], 'a\n'],
  [['status', '--verbose=false', '-o', 'jsonpath={.local.name}'], 'a\n'],
  [['--log-driver=syslog', '--log-opt', 'a=b', 'status', '-o=jsonpath={.local.name}'], 'a\n'],
  [['status', '--log-driver', 'syslog', '-i', '30', '-o=jsonpath={.local.name}'], 'a\n'],
])('%j is read as Go’s flags are', async (args, stdout) => {
  expect(await against(served, ...args)).toEqual({ code: 0, stdout, stderr: '' })
})

test('--filter leaves nodes out of a status, as text and as JSON', async () => {
  const path = (status: string) => ({ ip: '10.0.0.1', icmp: { status }, http: { status } })
  const node = (name: string, status: string) => ({
    name,
    host: { 'primary-address': path(status) },
  })
  const body = { ...served, nodes: [node('a', ''), node('b', 'Connection timed out')] }
  const text = await against(body, 'status', '--filter', 'state=down')
  expect(text.stdout).toMatch(/^Cluster health: +0\/1 reachable/)
  const json = await against(body, 'status', '--filter', '!state=down', '-o', 'json')
  expect(JSON.parse(json.stdout).nodes.map((each: { name: string }) => each.name)).toEqual(['a'])
})

test('a template that cannot be read is told in the words of Cilium’s client', async () => {
  const { code, stderr } = await against(served, 'status', '-o', 'jsonpath={.local.name')
  expect([code, stderr]).toEqual([1, "Couldn't parse jsonpath expression: 'unclosed action'\n"])
})

test('a daemon’s flag with a client’s command is refused in the words of 1.5', async () => {
  const { code, stderr } = await run('-d', 'status')
  expect([code, stderr]).toEqual([1, 'Error: Invalid combination of arguments\n\n'])
})

test('help tells of the program or of one command', async () => {
  expect((await run('help')).stdout).toMatch(/^Usage: cilium-health/)
  expect((await run('help', 'status', 'x')).stdout).toMatch(/^Usage: cilium-health status/)
  expect((await run('help', 'config', 'set')).stdout).toMatch(/^Usage: cilium-health config set/)
  const { code, stdout, stderr } = await run('help', 'bogus', 'x')
  expect([code, stdout]).toEqual([0, ''])
  expect(stderr).toMatch(/^Unknown help topic \[`bogus` `x`\]\nUsage: cilium-health \[options\]/)
})

test('a command that is nearly one is told which', async () => {
  const message = 'unknown command "stat" for "cilium-health"\n\nDid you mean this?\n\tstatus\n'
  expect(await run('-H', 'x', 'stat', '--verbose')).toEqual({
    code: 1,
    stdout: `${message}\n`,
    stderr: `Error: ${message}\nRun 'cilium-health --help' for usage.\n`,
  })
})

test('a flag before its command that takes no value must say so', async () => {
  // As cobra does, the command is taken for its value.
  const { stdout } = await run('--verbose', 'status')
  expect(stdout).toBe('unknown flag: --verbose\n')
})

test.each([
  [['-Z'], "unknown shorthand flag: 'Z' in -Z"],
  [['status', '--bogus=1'], 'unknown flag: --bogus'],
  [['status', '-o'], "flag needs an argument: 'o' in -o"],
  [['status', '--output'], 'flag needs an argument: --output'],
  [['status', '-Dx'], "unknown shorthand flag: 'x' in -x"],
  [['status', '---x'], 'bad flag syntax: ---x'],
  [['status', '--verbose=maybe'], notBoolean('maybe', '--verbose')],
  [['-D=x', 'status'], notBoolean('x', '-D, --debug')],
  [['status', '--help=x'], notBoolean('x', '-h, --help')],
])('%j is refused in the words of Cilium’s client', async (args, message) => {
  const { code, stdout, stderr } = await run(...args)
  expect([code, stdout]).toEqual([1, `${message}\n`])
  expect(stderr.startsWith(`Error: ${message}\n\nUsage`)).toBe(true)
})

function notBoolean(value: string, flag: string): string {
  return `invalid argument "${value}" for "${flag}" flag: strconv.ParseBool: parsing "${value}": invalid syntax`
}

test.each([
  [['top', '--demo', '0'], 'from 1 to 2000'],
  [['top', '--demo', '--interval', 'soon'], '500ms, 10s or 1m30s'],
  [['-d', '-i', '0'], '500ms, 10s or 1m30s'],
  [['-d', '--listen-address', 'bogus'], "'bogus' is invalid. it is no IP address"],
  [['top', '--demo', '--watch'], '--watch needs --json'],
  [['top', '-H', 'unix:///x.sock', '--interval', '2s'], '--interval: unix:///x.sock probes'],
  [['top', '--nodes', 'a.yaml', '--nodes', 'b.yaml'], "second one, after 'a.yaml'"],
  [['top', '--demo', '--theme', 'pink'], 'colorblind'],
  [['top', '--node', 'a=224.0.0.1'], '224.0.0.1'],
  [['top', '--node', 'a=10.0.0.1', '--node', 'a=10.0.0.2'], '"a" is given twice'],
  [['top', '--nodes', '/nonexistent/nodes.yaml'], 'Cannot read /nonexistent/nodes.yaml'],
  [['status', '-H', 'foo'], "invalid host format 'foo'"],
  [['-H', 'foo', 'mesh'], "invalid host format 'foo'"],
  [['-d', '--admin', 'x'], 'Error: Invalid admin option "x" (must be one of [any unix])\n'],
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

test('--nodes - reads stdin', async () => {
  const nodes = "printf '%s\\n' '- a=127.0.0.1' '- b=127.0.0.2'"
  const shell = ['sh', '-c', `${nodes} | exec "$@"`, 'sh']
  const args = ['top', '--json', '--nodes', '-', '--icmp', 'off', '--timeout', '1s']
  const { stdout } = await start(args, { within: shell }).ended
  expect(JSON.parse(stdout)).toMatchObject({
    source: { label: '2 nodes of stdin' },
    nodes: [{ name: 'a' }, { name: 'b' }],
  })
  const wrong = await start(args, { within: ['sh', '-c', 'echo a: 5 | exec "$@"', 'sh'] }).ended
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('stdin:1:4: 5 is no')])
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
})

test.each([
  [['theme', 'pink'], 'theme: there is no "pink"'],
  [['sort', 'nope'], 'sort: no column "nope"; there are node'],
  [['columns', 'node,nope'], 'columns: no column "nope"'],
  [['filter', 'icmp>5x'], 'filter, position 6: a number'],
  [['failOn', 'up>0'], 'failOn, position 1: "up" is no metric'],
  [['keys', 'nope=x'], 'keys: no action "nope"; there are'],
  [['keys', 'probe=Ctrl-C'], 'keys: Ctrl-C always quits'],
  [['keys', 'probe=Hyper-X'], 'keys: "Hyper-X" is no key'],
  [['nodes', 'a=nowhere'], 'nowhere'],
])('config set %j is refused as top would, and not stored', async (args, words) => {
  const { code, stderr } = await withHome('config', 'set', ...args)
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
  expect((await withHome('config')).stdout).not.toContain(args[0])
})

test('columns are stored between commas or in words', async () => {
  await withHome('config', 'set', 'columns', 'node,agent', 'ip')
  expect((await withHome('config')).stdout).toContain('columns = ["node","agent","ip"]')
})

test('a stored look that is wrong costs no document', async () => {
  const { stdout } = await withHome('config')
  const file = stdout.split('\n')[0]?.slice(2) ?? ''
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    JSON.stringify({ theme: 'pink', sort: 'nope', columns: ['x'], keys: { a: 'b' } }),
  )
  const top = await withHome('top', '--json', '--demo', '1')
  expect([top.code, top.stderr]).toEqual([0, ''])
  const table = await withHome('top', '--demo', '1')
  expect([table.code, table.stderr]).toEqual([
    1,
    expect.stringContaining('there is no theme "pink"'),
  ])
})
