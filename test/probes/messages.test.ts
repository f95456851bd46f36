import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clocks, failureReasons, probeKinds } from '../../src/core/model/probe.ts'
import { createOutbox, unpackFindings } from '../../src/probes/messages.ts'
import { peerOf } from '../support/prober.ts'

const slot = fc.nat()
/** A mark that says nothing is left out. */
const marks = fc.record(
  {
    packets: fc.integer({ min: 2, max: 10 }),
    retransmits: fc.integer({ min: 1, max: 7 }),
    inDoubt: fc.constant(true as const),
  },
  { requiredKeys: [] },
)
const someone = peerOf('127.0.0.1')
const kind = fc.constantFrom(...probeKinds)

test('findings arrive as they were reported, in order, through the thread border', () => {
  const reply = fc.record({
    type: fc.constant('reply' as const),
    slot,
    kind,
    atMs: fc.double({ noNaN: true, min: 0, max: 4e12 }),
    rttNs: fc.nat(),
    clock: fc.constantFrom(...clocks),
    connectNs: fc.option(fc.nat(), { nil: undefined }),
    marks,
  })
  const failure = fc.record({
    type: fc.constant('failure' as const),
    slot,
    kind,
    reason: fc.constantFrom(...failureReasons),
    detail: fc.string(),
    marks,
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(reply, failure), { minLength: 1, maxLength: 200 }), reports => {
      const outbox = createOutbox()
      for (const report of reports) {
        const peer = { ...someone, slot: report.slot }
        if (report.type === 'failure')
          outbox.failure(peer, report.kind, report.reason, report.detail, report.marks)
        else {
          const { connectNs, marks: told, ...rest } = report
          const reply = { ...rest, ...told }
          outbox.reply(peer, report.kind, connectNs === undefined ? reply : { ...reply, connectNs })
        }
      }
      const packed = outbox.take()
      const findings = unpackFindings(
        structuredClone(packed ?? { rows: new Float64Array(), details: [] }),
      )
      expect(findings).toHaveLength(reports.length)
      reports.forEach((report, index) => {
        const { type, slot: of, kind: by, marks: told, ...rest } = report
        expect(findings[index]).toMatchObject({ slot: of, kind: by, outcome: { kind: type } })
        const outcome = findings[index]?.outcome as unknown as Record<string, unknown>
        for (const [name, value] of Object.entries({ ...rest, ...told }))
          expect(outcome[name]).toBe(value)
      })
      expect(outbox.take()).toBeUndefined()
    }),
  )
})
