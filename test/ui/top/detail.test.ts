import { expect, test } from 'vitest'
import { failureText } from '../../../src/core/api/failure-text.ts'
import type { SessionOptions } from '../../../src/ui/top/session.ts'
import { bigCluster, cluster, failure, nodeOf, probeHealth, reply } from '../../support/clusters.ts'
import { screen } from '../../support/screen.ts'

process.env.TZ = 'UTC'

const statusText: SessionOptions['statusText'] = (failed, kind, { ip }) =>
  failureText(failed, { kind, ip, port: 4240 })

test('a failing probe is told in the words of status --verbose, its beginning first, and wrapped', () => {
  const detail = screen(bigCluster(30), '80x24', ['j', 'j', 'enter'], { statusText })
  expect(detail).toContain(
    'host http 10.0.0.29 since 14:54:55 (3m): Get "http://10.0.0.29:4240/hello": dial\n' +
      'tcp 10.0.0.29:4240: connect: connection refused\n',
  )
})

test('without room a failing probe has one line, and an ellipsis', () => {
  const detail = screen(bigCluster(30), '60x12', ['j', 'j', 'enter'], { statusText })
  expect(detail).toMatch(/^host http 10\.0\.0\.29 since 14:54:55 \(3m\): Get "http.*…$/m)
})

test('where no turn was seen, a failure lasts at least as long as we looked', () => {
  const failing = probeHealth([failure('timeout', 70_000), failure('timeout', 10_000)])
  const well = probeHealth([reply(400_000)])
  const node = nodeOf({ name: 'a' })
  const paths = node.paths.map(path => ({
    ...path,
    verdict: 'unreachable' as const,
    probes: { icmp: failing, http: well },
  }))
  const known = cluster({ nodes: [] })
  const detail = screen({ ...known, nodes: [{ ...node, paths }] }, '80x24', ['enter'])
  expect(detail).toContain('host icmp 10.0.0.1 for at least 70s: no reply in time')
  expect(detail).toContain('14:56:57 ✗ DOWN  (>70s) host icmp, endpoint icmp no reply in time')
})

test('the detail tells the time, its place in the list, marks, and that it is frozen', () => {
  const rows = screen(bigCluster(50), '80x24', ['space', 'f', 'enter']).split('\n')
  expect(rows[0]).toMatch(/FROZEN 14:58:07$/)
  expect(rows[22]).toMatch(/1 marked {2}2\/50$/)
})

test('a low screen draws one path, says which, and v turns to the other; i leaves out a kind', () => {
  const low = (...keys: string[]) => screen(bigCluster(30), '80x24', ['G', 'enter', ...keys])
  expect(low()).toMatch(/^── host {2}⠒⠒ icmp \S+ {2}⠢⠔ http .*v endpoint ─/m)
  expect(low('v')).toMatch(/^── endpoint .* v host ─/m)
  expect(low('i')).toMatch(/^── host {2}⠒⠒ icmp \S+ {2}last/m)
  expect(low('l')).toMatch(/^── .*log scale/m)
})

test('the cursor of the charts goes from sample to sample and tells its time; Esc takes it away', () => {
  const at = (...keys: string[]) => screen(bigCluster(30), '80x24', ['enter', ...keys])
  expect(at('left')).toMatch(/^── host at 14:57:55 /m)
  expect(at('left', 'left', 'left')).toMatch(/^── host at 14:55:55 /m)
  expect(at('left', 'left', 'right')).not.toContain(' at 14:')
  expect(at('left', 'left', 'escape')).not.toContain(' at 14:')
  expect(at('left', 'left', 'escape', 'escape')).toContain('NODE')
})
