import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('../../fixtures/golden/', import.meta.url)

export const golden = (file: string): string => readFileSync(new URL(file, root), 'utf8')

export const goldenJson = (file: string): unknown => JSON.parse(golden(file))

/** The names of a version's cases, such as `three-mixed`. */
export const casesOf = (version: '1.5.0' | '1.19dev'): readonly string[] =>
  readdirSync(new URL(`cli-${version}/`, root)).sort()
