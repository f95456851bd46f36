import { expect, test } from 'vitest'
import { type Service, serve } from '../../../src/core/daemon/daemon.ts'

function scripted(name: string, closed: string[]) {
  const broken = Promise.withResolvers<Error>()
  const service: Service = {
    name,
    failed: broken.promise,
    async close() {
      closed.push(name)
    },
  }
  return { service, break: (message: string) => broken.resolve(new Error(message)) }
}

test('the first service that breaks ends all, with its error', async () => {
  const closed: string[] = []
  const [api, responder] = [scripted('health API', closed), scripted('responder', closed)]
  const ended = serve([api.service, responder.service], new AbortController().signal)
  responder.break('EADDRINUSE')
  api.break('too late')
  expect((await ended)?.message).toBe('responder: EADDRINUSE')
  expect(closed).toEqual(['responder', 'health API'])
})

test('asked to end, it closes all, last opened first, without an error', async () => {
  const closed: string[] = []
  const end = new AbortController()
  const services = ['engine', 'api', 'responder'].map(name => scripted(name, closed).service)
  const ended = serve(services, end.signal)
  end.abort()
  expect(await ended).toBeUndefined()
  expect(closed).toEqual(['responder', 'api', 'engine'])
})

test('asked to end before it began, it ends', async () => {
  expect(await serve([], AbortSignal.abort())).toBeUndefined()
})
