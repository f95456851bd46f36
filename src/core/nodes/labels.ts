import * as v from 'valibot'
import { type Labels, zoneLabel } from '../model/node.ts'
import { printable, quoted, shown } from './text.ts'

/** Kubernetes' bounds: a prefix of 253 characters, a name of 63, a value of 63; and room for others'. */
const longest = 320
const mostLabels = 200

export const labelText = v.pipe(
  v.string(issue => `${shown(issue.input)} must be a text`),
  v.maxLength(longest, `a label has more than ${longest} characters`),
  v.check(
    text => printable(text) === text,
    issue => `${quoted(issue.input)} has control characters`,
  ),
)

/** A map of names and values. */
export const labelMap = v.pipe(
  v.record(labelText, labelText, 'labels are a map of names and values'),
  v.check(map => Object.keys(map).length <= mostLabels, `there are more than ${mostLabels} labels`),
)

/** What a node of a file may have besides its addresses. */
export const labelled = {
  zone: v.optional(labelText),
  labels: v.optional(labelMap),
}

export interface Labelled {
  readonly zone?: string | undefined
  readonly labels?: Labels | undefined
}

/** `zone` is short for Kubernetes' label. Undefined without any. */
export const labelsIn = ({ zone, labels }: Labelled): Labels | undefined =>
  zone === undefined ? labels : { ...labels, [zoneLabel]: zone }
