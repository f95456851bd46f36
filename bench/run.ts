// `npm run bench [-- NAME… --json --minutes N]`: each bench in a process of its own, one after another.
// With `--json` one document of all.
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const all = ['probes', 'loss', 'bias', 'daemon', 'api', 'mesh', 'ui']

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, minutes: { type: 'string' } },
  allowPositionals: true,
})
const unknown = positionals.find(name => !all.includes(name))
const chosen = positionals.length > 0 ? positionals : all

/** What it prints, with `--json`; else it prints by itself. */
function run(name: string): unknown {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  const minutes = values.minutes === undefined ? [] : ['--minutes', values.minutes]
  const args = [file, ...(values.json ? ['--json'] : []), ...minutes]
  const { status, stdout } = spawnSync(process.execPath, args, {
    stdio: ['ignore', values.json ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  if (status !== 0) process.exitCode = 1
  return values.json && status === 0 ? JSON.parse(stdout) : { failed: status }
}

if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}"; there are ${all.join(', ')}.`)
  process.exitCode = 1
} else if (values.json) {
  const beganAt = new Date().toISOString()
  const [{ model } = { model: '' }] = cpus()
  const machine = { platform: process.platform, arch: process.arch, cpus: cpus().length, model }
  const benches = Object.fromEntries(chosen.map(name => [name, run(name)]))
  console.log(JSON.stringify({ beganAt, node: process.version, machine, benches }))
} else
  for (const name of chosen) {
    console.log(`\n${name}`)
    run(name)
  }
