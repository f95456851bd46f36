import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../../src/core/errors.ts'
import type { NodeList } from '../../../src/core/model/node.ts'
import { fileNodes, parseNodes } from '../../../src/core/nodes/file.ts'

const anyText = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) })

/** `name: HOST [+ENDPOINT]`, secondary addresses in brackets. */
const summary = ({ self, nodes }: NodeList) => [
  ...(self ? [`self ${self}`] : []),
  ...nodes.map(node =>
    [node.name, ...node.paths.map(({ to, rank, ip }) => `${to} ${rank} ${ip}`)].join(', '),
  ),
]

const both = ['a, host primary 10.0.0.1, endpoint primary 10.1.0.1', 'b, host primary fd00::2']

test.each([
  ['a list', '- name: a\n  host: 10.0.0.1\n  endpoint: 10.1.0.1\n- {name: b, host: fd00::2}\n'],
  [
    'a list under nodes',
    'nodes:\n- {name: a, host: 10.0.0.1, endpoint: 10.1.0.1}\n- {name: b, host: [fd00::2]}',
  ],
  ['a map of names', 'a: [10.0.0.1, 10.1.0.1]\nb: fd00::2\n'],
  ['a map under nodes', 'nodes:\n  a: {host: 10.0.0.1, endpoint: 10.1.0.1}\n  b: fd00::2\n'],
  ['a list in the words of --node', '- a=10.0.0.1,10.1.0.1\n- b=fd00::2\n'],
  [
    'merged maps',
    '- &a {name: a, host: 10.0.0.1, endpoint: 10.1.0.1}\n- {<<: *a, name: b, host: fd00::2, endpoint: []}',
  ],
  ['JSON', '{"a": ["10.0.0.1", "10.1.0.1"], "b": {"host": "fd00::2"}}'],
])('reads %s', async (_, text) => {
  expect(summary(await parseNodes(text, 'f'))).toEqual(both)
})

test('reads secondary addresses and further families, each once', async () => {
  const text = '- name: a\n  host: [10.0.0.1, fd00::1]\n  secondary: [10.0.0.1, 10.0.0.2]\n'
  expect(summary(await parseNodes(text, 'f'))).toEqual([
    'a, host primary 10.0.0.1, host secondary fd00::1, host secondary 10.0.0.2',
  ])
})

const element = (name: string) => ({
  name,
  'primary-address': {
    ipv4: { enabled: true, ip: '172.18.0.2', 'alloc-range': '10.244.1.0/24' },
    ipv6: { enabled: true, ip: 'fc00:c111::2' },
  },
  'health-endpoint-address': { ipv4: {}, ipv6: { enabled: true, ip: 'fd00:10::e5' } },
  'secondary-addresses': [{ ip: '203.0.113.7' }, { enabled: true, ip: '203.0.113.8' }],
})
const expected =
  'c1/w, host primary 172.18.0.2, host secondary fc00:c111::2, host secondary 203.0.113.8, endpoint primary fd00:10::e5'

test.each([
  [
    '/v1/cluster/nodes',
    { self: 'c1/w', 'client-id': 1, 'nodes-removed': null, 'nodes-added': [element('c1/w')] },
  ],
  ['/v1/healthz of 1.5', { cluster: { self: 'c1/w', nodes: [element('c1/w')] } }],
])('reads Cilium’s %s', async (_, document) => {
  expect(summary(await parseNodes(JSON.stringify(document), 'f'))).toEqual(['self c1/w', expected])
})

test('reads a bare array of node elements, and a family that is off as 1.5 writes it', async () => {
  const off = { ipv4: { enabled: true, ip: '10.0.0.1' }, ipv6: { enabled: true, ip: '<nil>' } }
  const text = JSON.stringify([{ name: 'a', 'primary-address': off }])
  expect(summary(await parseNodes(text, 'f'))).toEqual(['a, host primary 10.0.0.1'])
})

test.each([
  ['', 'f:1:1: there is no list of nodes here'],
  ['hello', 'f:1:1: there is no list'],
  ['[]', 'f:1:1: the list of nodes is empty'],
  ['{"nodes-added": null}', 'f:1:17: '],
  ['a: 10.0.0.1\nb: 10.0.0.256\n', 'f:2:4: "10.0.0.256" is no IP address'],
  ['a: 10.0.0.1\na: 10.0.0.2\n', 'f:2:1: "a" is given twice'],
  ['- {name: a, host: 10.0.0.1}\n- {name: a, host: 10.0.0.2}', 'f:2:3: node "a" is given twice'],
  ['- name: a\n  hots: 10.0.0.1\n', 'f:2:9: unknown key "hots"'],
  ['- host: 10.0.0.1\n', 'f:1:3: "name" is missing'],
  ['- name: a\n', 'f:1:3: the node has no address'],
  ['- name: a\n  host: 5\n', 'f:2:9: 5 is no IP address'],
  ['- name: a\n  host: {x: 1}\n', 'f:2:9: a map is no IP address'],
  ['- name: 12\n  host: 10.0.0.1\n', 'f:1:9: 12 is no node name; a number is one in quotes'],
  ['name: 12\n', 'f:1:7: 12 is no IP address'],
  ['{"x": 1}', 'f:1:7: 1 is no IP address'],
  ['{"nodes-added": [{"name": "a", "primary-address": 5}]}', 'f:1:51: 5 is not a map'],
  ['- 12\n', 'f:1:3: 12 is no node'],
  ['- a=10.0.0.300\n', 'f:1:3: "10.0.0.300" is no IP address'],
  ['- a=10.0.0.1\n- a=10.0.0.2', 'f:2:3: node "a" is given twice'],
  ['a: {<<: 5}\n', 'f: "<<" merges maps only'],
  ['- name: "\\e[2J"\n  host: 10.0.0.1\n', 'f:1:9: "\\u001b[2J" is no valid node name'],
  ['{"a": "10.0.0.1",\n "b" "x"}', 'f:2:6: '],
  ['? [a]\n: 10.0.0.1\n', 'f:1:1: a key must be a plain text'],
  ['a: 10.0.0.1\n---\nb: 10.0.0.2\n', 'f:2:1: a second document begins: give one'],
])('tells where %j is wrong', async (text, message) => {
  const error = await parseNodes(text, 'f').catch(error => error)
  expect(error).toBeInstanceOf(UserError)
  expect(error.message).toContain(message)
})

test('finds the place in a large JSON file too', async () => {
  const nodes = Array.from({ length: 5000 }, (_, index) => element(`n${index}`))
  const bad = {
    ...element('bad'),
    'primary-address': { ipv4: { enabled: true, ip: '10.0.0.300' } },
  }
  const text = `[${[...nodes, bad].map(node => JSON.stringify(node)).join(',\n')}]`
  await expect(parseNodes(text, 'f')).rejects.toThrow(/^f:5001:\d+: "10.0.0.300" is no IP address/)
})

test('100,000 nodes are the limit', async () => {
  const text = JSON.stringify(Array.from({ length: 100_001 }, (_, i) => ({ name: `n${i}` })))
  await expect(parseNodes(text, 'f')).rejects.toThrow('f:1:1: there are more than 100000 nodes')
})

test('YAML above 8 MiB is refused before it takes minutes', async () => {
  const text = 'a: 10.0.0.1\n'.repeat(800_000)
  await expect(parseNodes(text, 'f')).rejects.toThrow('f is no JSON: ')
})

test('a bomb of aliases and a tower of brackets are refused', async () => {
  const level = (i: number) => `l${i}: &l${i} [${i === 0 ? 'x, x' : `*l${i - 1}, *l${i - 1}`}]\n`
  const bomb = Array.from({ length: 40 }, (_, i) => level(i)).join('')
  await expect(parseNodes(bomb, 'f')).rejects.toThrow(UserError)
  await expect(parseNodes('['.repeat(100_000), 'f')).rejects.toThrow('nested too deeply')
})

test('no text crashes the reader: it gives nodes or a UserError', async () => {
  const word = fc.constantFrom(
    'a',
    ': ',
    '\n',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    '&x ',
    '*x',
    '10.0.0.1',
    ',',
    '#',
    '!!set ',
    '? ',
    '  ',
    'nodes',
    '\t',
    '|',
    '<<',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(word, { maxLength: 40 }).map(words => words.join('')),
        fc.json(),
        anyText,
      ),
      async text => {
        const result = await parseNodes(text, 'f').catch(error => error)
        if (result instanceof Error) expect(result).toBeInstanceOf(UserError)
        else expect(result.nodes.length).toBeGreaterThan(0)
      },
    ),
    { numRuns: 300 },
  )
})

test('a file is read once; its name stands in the label and in each message', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nodes-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'nodes.yaml')
  writeFileSync(file, 'a: 10.0.0.1\n')
  expect((await fileNodes(file)).label).toBe(`1 node of ${file}`)
  writeFileSync(file, Buffer.from([0x61, 0xff, 0xfe]))
  await expect(fileNodes(file)).rejects.toThrow(UserError)
  await expect(fileNodes(folder)).rejects.toThrow('EISDIR')
  await expect(fileNodes(join(folder, 'none'))).rejects.toThrow('ENOENT')
})
