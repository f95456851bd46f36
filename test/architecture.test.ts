import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

// The plan of the house: each room, the rooms that it may enter, and its doors to the outside.
// A file belongs to the first room that its path begins with.
const rooms: Record<string, { enters: string[]; outside: 'any' | string[] }> = {
  'src/core/model': { enters: [], outside: ['node:net'] },
  'src/core/engine': { enters: ['src/core/model', 'src/core/clock'], outside: [] },
  'src/core/nodes': {
    enters: ['src/core/model', 'src/core/clock', 'src/core/errors'],
    outside: 'any',
  },
  'src/core/api': {
    enters: ['src/core/model', 'src/core/engine', 'src/core/clock', 'src/core/errors'],
    outside: 'any',
  },
  'src/core/daemon': {
    enters: ['src/core/model', 'src/core/api', 'src/core/clock', 'src/core/log', 'src/core/errors'],
    outside: 'any',
  },
  'src/core': { enters: ['src/core/model', 'src/core/errors'], outside: 'any' },
  'src/probes': { enters: ['src/core/model', 'src/core/clock'], outside: 'any' },
  'src/ui': {
    enters: ['src/core/model'],
    outside: ['react', 'ink', 'yaml', 'node:fs', 'node:os', 'node:tty'],
  },
  bin: { enters: ['src/core', 'src/probes', 'src/ui', 'package'], outside: 'any' },
}

const inside = (file: string, room: string) =>
  file.startsWith(`${room}/`) || file.startsWith(`${room}.`)

const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap(
    ([, specifier = '']) => specifier,
  )

const files = globSync('{bin,src}/**/*.{ts,tsx}')

test.each(files)('%s stays in its room', file => {
  const [room, plan] = Object.entries(rooms).find(([name]) => inside(file, name)) ?? []
  expect(room, 'every file belongs to a room').toBeDefined()
  for (const specifier of importsOf(file)) {
    const target = normalize(join(dirname(file), specifier))
    const allowed = specifier.startsWith('.')
      ? [room ?? '', ...(plan?.enters ?? [])].some(name => inside(target, name))
      : plan?.outside === 'any' || plan?.outside.includes(specifier)
    expect(allowed, `${room} may not import ${specifier}`).toBe(true)
  }
})

test('core, probes and ui read no environment and never exit', () => {
  const offenders = files
    .filter(file => file.startsWith('src/'))
    .filter(file => /process\.(env|argv|exit\b)/.test(readFileSync(file, 'utf8')))
  expect(offenders).toEqual([])
})
