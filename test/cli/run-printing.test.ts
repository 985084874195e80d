import { describe, expect, it } from 'vitest'
import { paintFor } from '../../src/cli/paint.ts'
import { runJson } from '../../src/cli/print/run-json.ts'
import { runText } from '../../src/cli/print/run-text.ts'
import type { RunReport } from '../../src/run/report.ts'

const plain = paintFor(false)

type SyncLine = RunReport['syncs'][number]

const nothing = { added: 0, changed: 0, removed: 0, repaired: 0 }

const line = (name: string, over: Partial<SyncLine>): SyncLine => ({
  name,
  kind: 'audience',
  status: 'succeeded',
  rows: 0,
  added: 0,
  changed: 0,
  removed: 0,
  unchanged: 0,
  sent: 0,
  rejected: 0,
  unknown: 0,
  accepted: nothing,
  dataPoints: 0,
  heldBy: [],
  plan: null,
  error: null,
  hint: null,
  ...over,
})

const runReport = (over: Partial<RunReport>): RunReport => ({
  run: 'r-20261122-030500-abc123',
  status: 'succeeded',
  startedAt: '2026-11-22T03:05:00.000Z',
  seconds: 12.4,
  requests: 161,
  objects: 12_040,
  dataPoints: 15_000,
  syncs: [],
  exitCode: 0,
  error: null,
  ...over,
})

describe('the end of a run', () => {
  it('reads line by line, and counts only what was sent', () => {
    const report = runReport({
      status: 'partial',
      exitCode: 1,
      syncs: [
        line('vip', {
          rows: 12_000,
          added: 11_000,
          sent: 10_998,
          rejected: 2,
          status: 'rejected',
          accepted: { ...nothing, added: 10_998 },
        }),
        line('lapsed', {
          rows: 200,
          removed: 190,
          status: 'held',
          heldBy: ['min_rows: the query returned 0 rows, at least 1 expected', 'max_removes: 190 people'],
          plan: 'p-20261122-030500-def456',
        }),
        line('quiz', { kind: 'properties', status: 'failed', error: 'sql/properties/quiz.sql:3: no' }),
        line('big', {
          rows: 900,
          added: 900,
          sent: 75,
          unknown: 5,
          status: 'partial',
          accepted: { ...nothing, added: 75 },
        }),
      ],
    })
    expect(runText(report, plain)).toBe(
      `
sync    kind        status      rows  + added  ~ changed  - removed    sent  rejected
vip     audience    rejected  12,000   11,000          0          0  10,998         2
lapsed  audience    held         200        0          0        190       0         0
quiz    properties  failed         0        0          0          0       0         0
big     audience    partial      900      900          0          0      75         0

held lapsed: nothing of it was sent
  min_rows: the query returned 0 rows, at least 1 expected
  max_removes: 190 people
  If it is meant, send exactly this: brazier apply p-20261122-030500-def456

failed quiz: sql/properties/quiz.sql:3: no

2 rows rejected; see why: brazier rejections --sync vip
5 rows in doubt: Braze's answer never came; the next run sends them again

partial: 11,073 added, 0 changed, 0 removed (r-20261122-030500-abc123)
161 requests, 15,000 data points, 12 s; cut short: 75 of 900 rows sent, the next run does the rest`.trim(),
    )
  })

  it('leaves out columns that hold nothing, and fits 100 of a terminal', () => {
    const wide = line('newsletter_engaged', { kind: 'properties', rows: 5000, added: 5000, sent: 5000 })
    const accepted = { ...nothing, added: 125_000 }
    const report = runReport({ dataPoints: 375_340, syncs: [{ ...wide, unchanged: 12, accepted }] })
    const [heads = '', ...rest] = runText(report, plain).split('\n')
    expect(heads).toMatch(
      /^sync +kind +status +rows {2}\+ added {2}~ changed {2}- removed {2}unchanged +sent$/,
    )
    for (const shown of [heads, ...rest]) expect(shown.length).toBeLessThanOrEqual(100)
  })

  it('names people who were sent again though nothing had changed', () => {
    const report = runReport({
      requests: 1,
      dataPoints: 40,
      syncs: [line('vip', { rows: 40, sent: 40, accepted: { ...nothing, repaired: 40 } })],
    })
    expect(runText(report, plain)).toContain(
      '0 removed, 40 sent again (r-20261122-030500-abc123)\n1 request, 40 data points',
    )
  })

  it('does not count what Braze refused', () => {
    const refused = line('vip', { rows: 10, added: 10, rejected: 10, status: 'rejected' })
    expect(runText(runReport({ syncs: [refused] }), plain)).toContain('\nrejected: 0 added, 0 changed')
    const partly = { ...refused, sent: 7, rejected: 3, accepted: { ...nothing, added: 7 } }
    expect(runText(runReport({ syncs: [partly] }), plain)).toContain('\nsucceeded: 7 added, 0 changed')
    // Withheld again, and nothing else to do.
    const quiet = line('vip', { rows: 10, unchanged: 9, rejected: 1, status: 'rejected' })
    expect(runText(runReport({ syncs: [quiet] }), plain)).toContain('\nsucceeded: 0 added')
  })

  it('is the object of the contract', () => {
    const report = runReport({ syncs: [line('vip', { rows: 3, added: 1, sent: 1, dataPoints: 1 })] })
    expect(runJson(report)).toEqual({
      run: 'r-20261122-030500-abc123',
      status: 'succeeded',
      started_at: '2026-11-22T03:05:00.000Z',
      seconds: 12.4,
      requests: 161,
      objects: 12_040,
      data_points: 15_000,
      syncs: [
        {
          name: 'vip',
          kind: 'audience',
          status: 'succeeded',
          rows: 3,
          added: 1,
          changed: 0,
          removed: 0,
          unchanged: 0,
          sent: 1,
          rejected: 0,
          unknown: 0,
          data_points: 1,
          held_by: [],
          plan: null,
          error: null,
        },
      ],
    })
    expect(runJson(report, { message: 'no', hint: null })).toMatchObject({ error: { message: 'no' } })
  })
})
