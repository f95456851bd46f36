import { expect, test } from 'vitest'
import { troubleWith } from '../../../src/core/daemon/trouble.ts'
import { UserError } from '../../../src/core/errors.ts'

test('trouble is what a UserError says; a bug stays one', async () => {
  expect(await troubleWith(async () => 'well')).toBeUndefined()
  const refuse = async () => {
    throw new UserError('connection refused', 'a hint')
  }
  expect(await troubleWith(refuse)).toBe('connection refused')
  const fail = async () => {
    throw new TypeError('a bug')
  }
  await expect(troubleWith(fail)).rejects.toThrow('a bug')
})
