import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Checkup } from '../../src/ui/text/doctor.ts'

const command = fileURLToPath(new URL('../../bin/commands/doctor.ts', import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
}

/** Runs `doctor` in a process of its own, by another program where one is given. */
async function run(output: 'text' | 'json', as: readonly string[] = []): Promise<Ended> {
  const script = `import(${JSON.stringify(command)}).then(({ doctor }) => doctor({ output: '${output}' }))`
  const [file = '', ...args] = [...as, process.execPath, '-e', script]
  const env = { ...process.env, CILIUM_HEALTH_SOCK: '/nonexistent/health.sock' }
  const ran = promisify(execFile)(file, args, { env, timeout: 15_000 })
  return ran.then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout }),
  )
}

test('tells for programs what for people it tells in lines, and exits by whether it can probe', async () => {
  const [json, text] = await Promise.all([run('json'), run('text')])
  const checkup: Checkup = JSON.parse(json.stdout)
  expect(checkup.abilities.http).toMatchObject({ kind: 'ready' })
  expect(checkup.health).toEqual({ path: '/nonexistent/health.sock', state: 'absent' })
  expect(checkup.node.good).toBe(true)
  expect([json.code, text.code]).toEqual(checkup.canProbe ? [0, 0] : [1, 1])
  expect(text.stdout).toMatch(/^(ok|off) +ICMP, IPv4 /)
  expect(text.stdout).toContain('/nonexistent/health.sock: absent')
})

const isRoot = process.getuid?.() === 0
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs']

test.skipIf(!isRoot)(
  'without rights it tells which are missing (skipped where it cannot give up any)',
  async () => {
    const { stdout, code } = await run('json', nobody)
    const checkup: Checkup = JSON.parse(stdout)
    expect(checkup.capabilities).toEqual({ NET_RAW: false, NET_ADMIN: false })
    expect(checkup.gids).toEqual([65534])
    expect(checkup.icmp4.raw).toEqual({ usable: false, says: 'EPERM' })
    expect(code).toBe(checkup.canProbe ? 0 : 1)
  },
)
