import { expect, test } from 'vitest'
import { sshTrouble } from '../../../../src/core/api/dial/ssh-words.ts'

const target = { user: undefined, host: 'node-1', port: undefined, socket: '/run/health.sock' }
const textOf = (stderr: string) => sshTrouble(stderr, target)?.text

test.each([
  ['root@node-1: Permission denied (publickey).\r\n', /^node-1 lets nobody in with our keys/],
  [
    'No ED25519 host key is known for node-1 and you have requested strict checking.\r\nHost key verification failed.\r\n',
    /^the key of node-1 is not known here: run `ssh node-1` once/,
  ],
  [
    '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n',
    /^the key of node-1 is not the one that is known/,
  ],
  [
    'channel 1: open failed: connect failed: open failed\n',
    /^node-1 cannot open \/run\/health.sock/,
  ],
  ['Timeout, server 10.0.0.1 not responding.\r\n', /^node-1 does not answer any more/],
  [
    'ssh: Could not resolve hostname node-1: Name or service not known\n',
    /^ssh: Could not resolve hostname node-1: Name or service not known$/,
  ],
])('%j is told in plain words', (stderr, words) => {
  expect(textOf(stderr)).toMatch(words)
})

test('the command to run names user and port', () => {
  const elsewhere = { ...target, user: 'me', port: 2222 }
  expect(sshTrouble('Host key verification failed.', elsewhere)?.text).toContain(
    '`ssh -p 2222 me@node-1`',
  )
})

test('a refusal is not knocked at again soon', () => {
  expect(sshTrouble('x: Permission denied (publickey).', target)?.retryMs).toBe(120_000)
})

test("a banner's control characters reach no terminal", () => {
  expect(textOf('\u001b]0;owned\u0007\u001b[2Jhello\n')).toBe(']0;owned [2Jhello')
  expect(textOf('')).toBeUndefined()
})
