// Decides how it is kept where the time of a run went, and what Braze answered.

import { asJson, asNumber, asText, inScope, insertRows, type Ledger, literal, oneRow } from './sql.ts'

export interface TracedStage {
  readonly stage: string
  readonly sync: string | null
  /** Seconds from the start of the run. */
  readonly offset: number
  readonly seconds: number
}

export interface RunTrace {
  readonly stages: readonly TracedStage[]
  /** Requests by HTTP status; 0 stands for no reply. */
  readonly statuses: Readonly<Record<string, number>>
  readonly throttled: number
  /** Requests a second that the pace allowed last; null when nothing was sent. */
  readonly pace: number | null
}

export async function saveTrace(ledger: Ledger, run: string, trace: RunTrace): Promise<void> {
  const row = {
    run,
    stages: JSON.stringify(trace.stages),
    statuses: JSON.stringify(trace.statuses),
    throttled: trace.throttled,
    pace: trace.pace,
  }
  await ledger.session.run(insertRows(ledger, 'run_traces', [row]))
}

export async function readTrace(ledger: Ledger, run: string): Promise<RunTrace | undefined> {
  const { dialect, session } = ledger
  const row = await oneRow(
    session,
    `select stages, statuses, throttled, pace from ${dialect.table('run_traces')} where ${inScope(ledger)} and run = ${literal(dialect, run)}`,
  )
  if (row === undefined) return undefined
  return {
    stages: asJson<TracedStage[]>(row.stages, []),
    statuses: asJson<Record<string, number>>(row.statuses, {}),
    throttled: asNumber(row.throttled),
    pace: asText(row.pace) === undefined ? null : asNumber(row.pace),
  }
}
