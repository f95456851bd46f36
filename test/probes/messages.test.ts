import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clocks, failureReasons, probeKinds } from '../../src/core/model/probe.ts'
import { createOutbox, unpackFindings } from '../../src/probes/messages.ts'
import { peerOf } from '../support/prober.ts'

const slot = fc.nat()
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
  })
  const failure = fc.record({
    type: fc.constant('failure' as const),
    slot,
    kind,
    reason: fc.constantFrom(...failureReasons),
    detail: fc.string(),
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(reply, failure), { minLength: 1, maxLength: 200 }), reports => {
      const outbox = createOutbox()
      for (const report of reports) {
        const peer = { ...someone, slot: report.slot }
        if (report.type === 'failure')
          outbox.failure(peer, report.kind, report.reason, report.detail)
        else {
          const { connectNs, ...rest } = report
          outbox.reply(peer, report.kind, connectNs === undefined ? rest : { ...rest, connectNs })
        }
      }
      const packed = outbox.take()
      const findings = unpackFindings(
        structuredClone(packed ?? { rows: new Float64Array(), details: [] }),
      )
      expect(findings).toHaveLength(reports.length)
      reports.forEach((report, index) => {
        const { type, slot: of, kind: by, ...rest } = report
        expect(findings[index]).toMatchObject({ slot: of, kind: by, outcome: { kind: type } })
        const outcome = findings[index]?.outcome as unknown as Record<string, unknown>
        for (const [name, value] of Object.entries(rest)) expect(outcome[name]).toBe(value)
      })
      expect(outbox.take()).toBeUndefined()
    }),
  )
})
