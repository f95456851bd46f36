import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSshTarget } from '../../../../src/core/api/dial/ssh-target.ts'
import { UserError } from '../../../../src/core/errors.ts'

const cilium = '/var/run/cilium/health.sock'

test.each([
  ['node-1', undefined, 'node-1', undefined, cilium],
  ['node-1/', undefined, 'node-1', undefined, cilium],
  ['root@node_1.example:2222', 'root', 'node_1.example', 2222, cilium],
  ['a.b@corp@10.0.0.1/run/x.sock', 'a.b@corp', '10.0.0.1', undefined, '/run/x.sock'],
  ['[fe80::1%eth0]:22/x', undefined, 'fe80::1%eth0', 22, '/x'],
  ['[::1]', undefined, '::1', undefined, cilium],
])('ssh://%s is read', (rest, user, host, port, socket) => {
  expect(readSshTarget(rest)).toEqual({ user, host, port, socket })
})

test.each([
  ['', 'no host'],
  ['-oProxyCommand=touch%20x', 'no host'],
  ['root@-oProxyCommand=x', 'no host'],
  ['$(id)', 'no host'],
  ['host;id', 'no host'],
  ['a b', 'no host'],
  ['h\nost', 'no host'],
  ['[::1', 'no host'],
  ['[-o]', 'no host'],
  ['-oA@host', 'a user that is none'],
  ['a b@host', 'a user that is none'],
  ['$USER@host', 'a user that is none'],
  ['@host', 'a user that is none'],
  ['host:0', 'a port that is none'],
  ['host:65536', 'a port that is none'],
  ['host:x', 'no host'],
  ['host/a:b', 'a path that ssh cannot forward'],
  ['host/%h', 'a path that ssh cannot forward'],
  ['host/$HOME/x', 'a path that ssh cannot forward'],
  [`host/${'x'.repeat(120)}`, 'a path that ssh cannot forward'],
])('ssh://%s is refused: %s', (rest, what) => {
  expect(() => readSshTarget(rest)).toThrow(UserError)
  expect(() => readSshTarget(rest)).toThrow(what)
})

test('whatever is read holds nothing that ssh or a shell would take for more than a word', () => {
  const parts = fc.constantFrom(
    '-',
    '@',
    ':',
    '/',
    '$',
    '%',
    '`',
    ';',
    ' ',
    '\n',
    '\\',
    '[',
    ']',
    'a',
    '1',
    '.',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), words => {
      try {
        const { user = 'u', host, socket } = readSshTarget(words.join(''))
        for (const word of [user, host]) expect(word).toMatch(/^[\w:][\w.+@:%-]*$/)
        expect(socket).toMatch(/^\/[\w./@+,=-]+$/)
      } catch (error) {
        expect(error).toBeInstanceOf(UserError)
      }
    }),
    { numRuns: 2000 },
  )
})
