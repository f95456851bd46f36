import { expect, test } from 'vitest'
import { explainRefusals, remediesFor } from '../../../src/probes/icmp/refusals.ts'

test('a missing right is told as that, with the ways out that give it', () => {
  const refusals = { datagram: 'EACCES', raw: 'EPERM', system: 'ping cannot be run' }
  expect(explainRefusals(refusals)).toMatch(
    /^no right to open an ICMP socket \(datagram: EACCES, ping_group_range is ".*", your gids: .*; raw: EPERM, no CAP_NET_RAW\)$/,
  )
  expect(remediesFor(refusals)).toMatchObject([
    expect.stringContaining('ping_group_range'),
    expect.stringContaining('CAP_NET_RAW'),
    expect.stringContaining('install a ping'),
  ])
})

test('what is no matter of rights names none', () => {
  const refusals = { datagram: 'EMFILE', raw: 'EMFILE' }
  expect(explainRefusals(refusals)).toBe(
    'no ICMP socket can be opened (datagram: EMFILE; raw: EMFILE)',
  )
  expect(remediesFor(refusals)).toEqual([expect.stringContaining('ulimit -n')])
})

test('only the ways that were tried are told', () => {
  expect(explainRefusals({ raw: 'EPERM' })).toBe(
    'no right to open an ICMP socket (raw: EPERM, no CAP_NET_RAW)',
  )
  expect(remediesFor({ raw: 'EPERM' })).toHaveLength(1)
  expect(remediesFor({ raw: 'EPROTONOSUPPORT' })).toEqual([])
})
