// Decides what of a run goes into its trace and its metrics: the run, its stages, its numbers. Names of syncs, never anything
// of a person. Pure.

import type { RunTrace } from '../ledger/run-traces.ts'
import type { RunReport } from '../run/report.ts'
import type { Point, Span } from './otlp.ts'

export interface ToldRun {
  readonly report: RunReport
  /** Undefined when nobody watched. */
  readonly trace: RunTrace | undefined
  readonly project: string
  readonly workspace: string
}

export interface Ids {
  readonly traceId: string
  /** The span of whoever started us. */
  readonly parentSpanId: string | undefined
  /** A new one for each call. */
  readonly spanId: () => string
}

export function spansOf({ report, trace, project, workspace }: ToldRun, ids: Ids): Span[] {
  const { traceId, parentSpanId } = ids
  const start = Date.parse(report.startedAt)
  const spanId = ids.spanId()
  const whole: Span = {
    traceId,
    spanId,
    parentSpanId,
    name: 'brazier.run',
    start,
    end: start + report.seconds * 1000,
    attributes: {
      'brazier.run': report.run,
      'brazier.project': project,
      'brazier.workspace': workspace,
      'brazier.status': report.status,
      'brazier.syncs': report.syncs.length,
      'brazier.objects': report.objects,
      'brazier.requests': report.requests,
    },
    error: report.error?.message,
  }
  const stages = (trace?.stages ?? []).map(({ stage, sync, offset, seconds }): Span => {
    const failed = stage === 'candidates' ? report.syncs.find(({ name }) => name === sync)?.error : undefined
    return {
      traceId,
      spanId: ids.spanId(),
      parentSpanId: spanId,
      name: sync === null ? `brazier.${stage}` : `brazier.${stage} ${sync}`,
      start: start + offset * 1000,
      end: start + (offset + seconds) * 1000,
      attributes: { 'brazier.stage': stage, 'brazier.sync': sync ?? undefined },
      error: failed ?? undefined,
    }
  })
  return [whole, ...stages]
}

export function pointsOf({ report, trace }: ToldRun): Point[] {
  const sum =
    (name: string, unit: string) =>
    (value: number, attributes: Point['attributes'] = {}) =>
      ({ name, unit, kind: 'sum', value, attributes }) as const
  const people = sum('brazier.people', '{person}')
  const requests = sum('brazier.braze.requests', '{request}')
  return [
    sum('brazier.runs', '{run}')(1, { status: report.status }),
    { name: 'brazier.run.duration', unit: 's', kind: 'gauge', value: report.seconds, attributes: {} },
    sum('brazier.data_points', '{write}')(report.dataPoints),
    ...report.syncs.flatMap(({ name, added, changed, removed, sent, rejected, unknown }) =>
      Object.entries({ added, changed, removed, sent, rejected, unknown })
        .filter(([, count]) => count > 0)
        .map(([operation, count]) => people(count, { sync: name, operation })),
    ),
    ...Object.entries(trace?.statuses ?? {}).map(([status, count]) => requests(count, { status })),
    sum('brazier.braze.throttled', '{reply}')(trace?.throttled ?? 0),
  ]
}
