import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readAccess, readListening } from '../../../src/core/api/access-files.ts'
import { readListen } from '../../../src/core/api/listen-tcp.ts'
import { UserError } from '../../../src/core/errors.ts'
import { temporary } from './fake-source.ts'

function file(text: string): string {
  const path = join(temporary(), 'file')
  writeFileSync(path, text)
  return path
}

test('a token loses the space around it; a certificate comes as it is', () => {
  const access = readAccess({ tokenFile: file(' secret-token\n'), tlsCa: file('PEM\n') })
  expect(access).toMatchObject({ token: 'secret-token', tls: { ca: 'PEM\n' } })
  expect(readAccess({ tls: true }).tls).toEqual({ ca: undefined, cert: undefined, key: undefined })
  expect(readAccess({})).toEqual({ token: undefined, tls: undefined })
})

test('what a daemon listens with is read', () => {
  expect(readListening({})).toBeUndefined()
  const tls = { listenTlsKey: file('K'), listenTlsCert: file('C'), listenClientCa: file('A') }
  const listen = 'tcp://[::1]:4241'
  expect(readListening({ listen, listenTokenFile: file('t\n'), ...tls, allowProbe: true })).toEqual(
    {
      tcp: { address: '::1', port: 4241 },
      token: 't',
      tls: { key: 'K', cert: 'C', clientCa: 'A' },
      allowProbe: true,
      allowRemote: undefined,
    },
  )
})

test.each<readonly [() => unknown, string]>([
  [
    () => readAccess({ tokenFile: '/nonexistent/t' }),
    '--token-file /nonexistent/t cannot be read: ENOENT',
  ],
  [() => readAccess({ tokenFile: file('two words') }), 'that is no token'],
  [() => readAccess({ tokenFile: file('') }), 'that is no token'],
  [() => readAccess({ tokenFile: '/dev' }), 'cannot be read: EISDIR'],
  [() => readAccess({ tlsCert: file('x') }), '--tls-cert and --tls-key go together'],
  [
    () => readListening({ listen: 'tcp://127.0.0.1:1', listenClientCa: file('x') }),
    '--listen-client-ca needs',
  ],
  [
    () => readListening({ listen: 'tcp://127.0.0.1:1', listenTlsKey: file('x') }),
    '--listen-tls-cert and --listen-tls-key go together',
  ],
  ...['', 'unix:///x', 'tcp://127.0.0.1', 'tcp://host:1', 'tcp://1.2.3.4:70000', '4240'].map(
    listen => [() => readListening({ listen }), 'is nowhere to listen'] as const,
  ),
])('a mistake is told: %#', (read, message) => {
  expect(read).toThrow(UserError)
  expect(read).toThrow(message)
})

test('localhost is the loopback address', () => {
  expect(readListen('tcp://localhost:0')).toEqual({ address: '127.0.0.1', port: 0 })
})
