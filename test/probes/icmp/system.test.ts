import { execFile, type PromiseWithChild } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, onTestFinished, test } from 'vitest'
import { describeAbilities } from '../../../src/probes/index.ts'

const program = fileURLToPath(new URL('../probe-once.ts', import.meta.url))
const settings = { timeoutMs: 1500, icmp: 'system', icmpCount: 3, http: 'off' } as const
const able = await describeAbilities({ ...settings, httpPort: 1, maxProbesPerSecond: 1 })
const mayPing = able.icmp4.kind === 'ready'

/** The system's ping, but for the addresses that a shell's `case` lets do something else. */
function oddPing(cases: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ping-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { PATH = '' } = process.env
  const script = `#!/bin/sh\nfor last; do :; done\ncase $last in\n${cases}\nesac\nPATH='${PATH}' exec ping "$@"\n`
  writeFileSync(join(folder, 'ping'), script)
  chmodSync(join(folder, 'ping'), 0o755)
  return (ips: readonly string[]): PromiseWithChild<{ readonly stdout: string }> =>
    promisify(execFile)(process.execPath, [program, JSON.stringify(settings), ...ips], {
      env: { ...process.env, PATH: `${folder}:${PATH}` },
    })
}

/** The processes that another one runs at this moment. */
function childrenOf(pid: number | undefined): readonly string[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const lists = threads.map(tid => readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8'))
    return lists.flatMap(list => list.split(' ').filter(child => child !== ''))
  } catch {
    return [] // it ended
  }
}

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `127.78.0.${1 + index}`)

describe.skipIf(!mayPing)('the system’s ping (skipped where there is none that may ping)', () => {
  test.concurrent('a ping that says odd things fails its own probe, and nothing else', async ({
    expect,
  }) => {
    const probe = oddPing(`127.78.0.1) echo hello; exit 0;;
      127.78.0.2) echo hello world; exit 0;;
      127.78.0.3) exit 3;;
      127.78.0.4) head -c 300000 /dev/urandom; exit 0;;`)
    const { stdout } = await probe(addresses(5))
    const { outcomes } = JSON.parse(stdout)
    for (const ip of addresses(4)) expect(outcomes[ip].icmp).toMatchObject({ kind: 'failure' })
    for (const ip of addresses(3)) expect(outcomes[ip].icmp.reason).toBe('no-resources')
    expect(outcomes['127.78.0.5'].icmp).toMatchObject({ kind: 'reply' })
  })

  test.concurrent('forty silent nodes are no burden to those behind them, and leave no process', async ({
    expect,
  }) => {
    const probe = oddPing('127.78.0.?|127.78.0.[1-3]?|127.78.0.40) exec sleep 61;;')
    const probing = probe(addresses(44))
    const seen = new Set<string>()
    let most = 0
    const watch = setInterval(() => {
      const children = childrenOf(probing.child.pid)
      most = Math.max(most, children.length)
      for (const child of children) seen.add(child)
    }, 10)
    const { stdout } = await probing
    clearInterval(watch)
    const { outcomes } = JSON.parse(stdout)
    const silent = { kind: 'failure', reason: 'timeout' }
    for (const ip of addresses(44).slice(0, 40)) expect(outcomes[ip].icmp).toMatchObject(silent)
    for (const ip of addresses(44).slice(40))
      expect(outcomes[ip].icmp, ip).toMatchObject({ kind: 'reply' })
    expect(seen.size).toBeGreaterThan(16)
    // Both families may begin sixteen; here only one has work.
    expect(most).toBeLessThanOrEqual(16)
    const left = [...seen].filter(pid => commandOf(pid).includes('sleep\x0061'))
    expect(left).toEqual([])
  })
})

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // gone, as it should be
  }
}
