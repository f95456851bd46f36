import { expect } from 'vitest'

/** Stands for a time in an expected object. Bounds for a busy machine: the lower one is what tells. */
export const withinMs = (least: number, most: number): number =>
  expect.toSatisfy((ms: number) => ms >= least && ms < most, `${least} to ${most} ms`)
