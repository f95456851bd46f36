// Opens the route that it is given and holds a connection: to be killed by a test.
import { openRoute } from '../../src/core/api/dial/index.ts'

const [, , uri = '', access = '{}'] = process.argv
await openRoute(uri, JSON.parse(access)).dial(AbortSignal.timeout(20_000))
process.on('message', () => {
  throw new Error('a crash')
})
process.send?.('up')
