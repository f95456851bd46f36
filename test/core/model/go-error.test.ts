import { expect, test } from 'vitest'
import { goErrorText } from '../../../src/core/model/go-error.ts'

const failed = (fields: object, message = 'why') => Object.assign(new Error(message), fields)

test.each([
  [{ code: 'ECONNREFUSED', syscall: 'connect' }, 'dial unix /x: connect: connection refused'],
  [{ code: 'EODD', syscall: 'connect' }, 'dial unix /x: connect: EODD'],
  [{ code: 'ECONNRESET', syscall: 'read' }, 'read unix @->/x: read: connection reset by peer'],
  [{ code: 'UND_ERR_SOCKET' }, 'EOF'],
  [{ name: 'TimeoutError' }, 'context deadline exceeded'],
  [{}, 'why'],
])('%j is told as Go does', (fields, text) => {
  expect(goErrorText(failed(fields), 'unix /x')).toBe(text)
})

test('of several addresses the first one’s error is told', () => {
  const first = failed({ code: 'EHOSTUNREACH', syscall: 'connect' })
  const error = new AggregateError([first, failed({})])
  expect(goErrorText(error, 'tcp a:1')).toBe('dial tcp a:1: connect: no route to host')
  expect(goErrorText(failed({ code: 'ENOTFOUND' }), 'tcp a:1')).toBe(
    'dial tcp: lookup a: no such host',
  )
})
