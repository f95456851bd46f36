import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../../src/core/errors.ts'
import { type NodeName, zoneLabel, zoneOf } from '../../../src/core/model/node.ts'
import { parseNodes } from '../../../src/core/nodes/file.ts'
import { byName, fileLabels, parseLabels, withFacts } from '../../../src/core/nodes/labels-file.ts'
import { listOf, node, scriptedNodes } from '../../support/nodes.ts'

const named = (name: string) => name as NodeName
const kubectl = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      kind: 'Node',
      metadata: { name: 'a', labels: { [zoneLabel]: 'eu-1a', pool: 'x' }, uid: '1' },
      spec: {},
    },
    { kind: 'Node', metadata: { name: 'b' } },
  ],
}

test.each([
  ['what kubectl prints', JSON.stringify(kubectl), { [zoneLabel]: 'eu-1a', pool: 'x' }],
  ['a map of zones', 'a: eu-1a\nb: eu-1b\n', { [zoneLabel]: 'eu-1a' }],
  ['a map of labels', `a: {${zoneLabel}: eu-1a}\n`, { [zoneLabel]: 'eu-1a' }],
])('reads %s', async (_, text, labels) => {
  expect((await parseLabels(text, 'f')).get('a')).toEqual({ labels })
})

test.each([
  ['[]', 'f:1:1: there are no labels of nodes here'],
  ['a: 5\n', 'f:1:4: 5 must be a text'],
  ['a: {zone: [x]}\n', 'f:1:11: '],
  ['{"items": [{"metadata": {}}]}', 'f:1:25: '],
  ['a: "\\e[2J"\n', 'f:1:4: "\\u001b[2J" has control characters'],
])('tells where %j is wrong', async (text, message) => {
  const error = await parseLabels(text, 'f').catch(failure => failure)
  expect(error).toBeInstanceOf(UserError)
  expect(error.message).toContain(message)
})

test('a node of a mesh of clusters is found by its own name', async () => {
  const factsOf = byName(await parseLabels('a: z1\nc2/a: z2\n', 'f'))
  const zones = ['a', 'c1/a', 'c2/a', 'b'].map(name => zoneOf(factsOf(named(name)) ?? {}))
  expect(zones).toEqual(['z1', 'z1', 'z2', undefined])
})

test('a file of nodes may have zones and labels; the zone is the label of Kubernetes', async () => {
  const text =
    '- {name: a, host: 10.0.0.1, zone: z1, labels: {pool: x}}\n- {name: b, host: 10.0.0.2}'
  const { nodes } = await parseNodes(text, 'f')
  expect(nodes[0]?.labels).toEqual({ pool: 'x', [zoneLabel]: 'z1' })
  expect(nodes[1]).not.toHaveProperty('labels')
  const map = await parseNodes('a: {host: 10.0.0.1, zone: z1}', 'f')
  expect(map.nodes.map(zoneOf)).toEqual(['z1'])
})

test('a source tells the facts of the file with its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'labels-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'zones.yaml')
  writeFileSync(file, 'a: z1\n')
  const own = { ...node('b', '10.0.0.2'), labels: { pool: 'x' } }
  const source = withFacts(
    scriptedNodes(listOf(node('a', '10.0.0.1'), own)),
    await fileLabels(file),
  )
  for await (const { nodes } of source.watch(new AbortController().signal)) {
    expect(nodes.map(({ labels }) => labels)).toEqual([{ [zoneLabel]: 'z1' }, { pool: 'x' }])
    break
  }
})
