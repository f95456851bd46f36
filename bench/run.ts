// `npm run bench [-- NAME… --json]`: each bench in a process of its own, one after another.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const all = ['probes', 'loss', 'bias', 'daemon', 'api', 'mesh', 'ui']
const fileOf = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))

const words = process.argv.slice(2)
const flags = words.filter(word => word.startsWith('--'))
const chosen = words.filter(word => !word.startsWith('--'))
const unknown = chosen.find(name => !all.includes(name))

if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}"; there are ${all.join(', ')}.`)
  process.exitCode = 1
} else {
  for (const name of (chosen.length > 0 ? chosen : all).filter(each => existsSync(fileOf(each)))) {
    if (!flags.includes('--json')) console.log(`\n${name}`)
    const { status } = spawnSync(process.execPath, [fileOf(name), ...flags], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
}
