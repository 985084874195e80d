// Decides how the trace and the metrics of a run leave: one request each once it has ended, in bounded time, and never to
// the harm of the run.

import { randomBytes } from 'node:crypto'
import { codeOf, PostError, post } from '../alerts/post.ts'
import type { Log } from '../model/log.ts'
import { pointsOf, spansOf, type ToldRun } from './of-run.ts'
import { metricsJson, type Source, tracesJson } from './otlp.ts'

export interface TelemetrySettings extends Source {
  /** Where they are posted to; undefined: not wanted. */
  readonly traces: string | undefined
  readonly metrics: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** The span of whoever started us. */
  readonly parent: { readonly traceId: string; readonly spanId: string } | undefined
}

/** A process that is about to end must not be held up for longer. */
const ALL_MS = 3000

export async function exportRun(settings: TelemetrySettings, told: ToldRun, log: Log): Promise<void> {
  const { traces, metrics, parent } = settings
  const signal = AbortSignal.timeout(ALL_MS)
  const send = async (url: string | undefined, body: () => unknown) => {
    if (url === undefined) return
    const headers = { 'content-type': 'application/json', ...settings.headers }
    await post({ url, headers, body: JSON.stringify(body()), signal })
  }
  const start = Date.parse(told.report.startedAt)
  const span = { start, end: start + told.report.seconds * 1000 }
  const ids = {
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    parentSpanId: parent?.spanId,
    spanId: () => randomBytes(8).toString('hex'),
  }
  const sent = await Promise.allSettled([
    send(traces, () => tracesJson(spansOf(told, ids), settings)),
    send(metrics, () => metricsJson(pointsOf(told), settings, span)),
  ])
  for (const one of sent) {
    if (one.status === 'fulfilled') continue
    const error: unknown = one.reason
    log.warn('telemetry.not_sent', { reason: error instanceof PostError ? error.message : codeOf(error) })
  }
}
