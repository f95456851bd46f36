import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programPath, run } from '../support/program.ts'

/** With the program under its own name, and its script for bash. */
const folder = mkdtempSync(join(tmpdir(), 'completion-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(async () => {
  const start = `#!/bin/sh\nexec '${process.execPath}' '${programPath}' "$@"\n`
  writeFileSync(join(folder, 'cilium-health'), start, { mode: 0o755 })
  writeFileSync(join(folder, 'script'), (await run('completion', 'bash')).stdout)
})

function bash(commands: string) {
  const env = { PATH: [folder, process.env.PATH].join(delimiter), HOME: folder }
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', commands], {
    env,
    encoding: 'utf8',
    timeout: 20_000,
  })
  return { stdout, stderr }
}

/** What bash would offer at the end of the line. */
const offered = (line: string): readonly string[] =>
  bash(`source ${folder}/script
    COMP_LINE='${line}' COMP_POINT=\${#COMP_LINE}
    __cilium_health_complete 2>/dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"`)
    .stdout.split('\n')
    .filter(Boolean)

test('bash reads the script twice without a word', () => {
  expect(bash(`source ${folder}/script; source ${folder}/script`)).toEqual({
    stdout: '',
    stderr: '',
  })
})

test.each([
  ['cilium-health stat', ['status']],
  ['cilium-health status --verb', ['--verbose']],
  ['cilium-health connectivity -D --verb', ['--verbose']],
  ['cilium-health status -o ', ['json', 'yaml', 'jsonpath=']],
  ['cilium-health get --output=y', ['yaml']],
  ['cilium-health -d --icmp dat', ['datagram']],
  ['cilium-health completion ', ['zsh', 'bash', 'fish', 'powershell']],
  ['cilium-health completion bash --no', ['--no-descriptions']],
])('bash without its package of completions offers after %j: %j', (line, words) => {
  expect(offered(line)).toEqual(words)
})

test.each(['bash', 'zsh', 'fish', 'powershell'])(
  '%s asks for descriptions, or not',
  async shell => {
    const { stdout } = await run('completion', shell)
    expect(stdout).toMatch(/cilium-health complete '?--'? /)
    const silent = await run('completion', shell, '--no-descriptions')
    expect(silent.stdout).toMatch(/cilium-health complete --no-descriptions '?--'? /)
  },
)

test('an answer has a description where one is wanted, and says what the shell shall do', async () => {
  const answer = async (...words: readonly string[]) => (await run('complete', ...words)).stdout
  expect(await answer('--', 'statu')).toBe('status\twhat the daemon knows of each node\n:4\n')
  expect(await answer('--no-descriptions', '--', 'statu')).toBe('status\n:4\n')
  // No blank behind it, and names of files.
  expect(await answer('--', 'status', '-o', 'jsonp')).toBe('jsonpath=\t\n:6\n')
  expect(await answer('--', 'top', '--nodes', '')).toBe(':0\n')
  expect(await answer('--', 'top', '--nodes=/etc')).toBe(':0\n')
  expect(await answer('--', '-H', '')).toBe(':4\n')
})

test('without a shell that it knows, completion tells which there are', async () => {
  const { code, stdout } = await run('completion', 'nope')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: .*bash, zsh, fish/s)])
})
