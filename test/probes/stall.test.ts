import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openResponders } from '../support/loopback.ts'

const program = fileURLToPath(new URL('./probe-once.ts', import.meta.url))
const hanging = '127.44.0.1'

test('a silence during which the prober itself was held up is told as its own fault', async () => {
  const responders = await openResponders({ [hanging]: 'hanging' })
  const settings = { httpPort: responders.port, timeoutMs: 2000, icmp: 'off' }
  const args = [program, JSON.stringify(settings), hanging]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const told = child.stdout.toArray()
  await expect.poll(() => responders.requests.get(hanging), { timeout: 15_000 }).toHaveLength(1)
  child.kill('SIGSTOP')
  await sleep(2500)
  child.kill('SIGCONT')
  const { outcomes } = JSON.parse(Buffer.concat(await told).toString())
  expect(outcomes[hanging].http).toMatchObject({ kind: 'failure', reason: 'no-resources' })
  if (child.exitCode === null) await once(child, 'exit')
  await responders.close()
})
