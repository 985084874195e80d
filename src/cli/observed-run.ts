// Decides who is told of a run beside the person who typed the command: lineage as it begins and ends; traces, metrics and
// alerts at its end.

import { raiseAlerts } from '../alerts/raise-alerts.ts'
import { type RunTrace, readTrace } from '../ledger/run-traces.ts'
import { type Lineage, openLineage } from '../lineage/lineage.ts'
import { asError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import type { RunDeps } from '../run/context.ts'
import { readLedger } from '../run/read-ledger.ts'
import type { RunReport } from '../run/report.ts'
import { exportRun } from '../telemetry/export-run.ts'
import type { Call } from './call.ts'
import { lineageSettings } from './lineage-settings.ts'
import { telemetrySettings } from './telemetry-settings.ts'

interface Observed {
  readonly deps: RunDeps
  /** What is known to run before it does. */
  readonly syncs: readonly { readonly name: string; readonly sql: string }[]
}

export async function observedRun(
  call: Call,
  { deps, syncs }: Observed,
  run: () => Promise<RunReport>,
): Promise<RunReport> {
  const lineage = lineageFor(call, deps)
  lineage?.started(syncs, deps.now())
  const report = await run()
  await lineage?.ended(report, deps.now())
  await tellTelemetry(call, deps, {
    report,
    trace: () => readLedger(deps, (ledger) => readTrace(ledger, report.run)),
  })
  await raiseAlerts({ ...deps, version: call.version, look: (work) => readLedger(deps, work) })
  return report
}

/** Undefined when nobody asked for it. A variable that is wrong is a warning: it may not be meant for us. */
export function lineageFor(
  call: Pick<Call, 'env' | 'version'>,
  { project, log }: Pick<RunDeps, 'project' | 'log'>,
): Lineage | undefined {
  const settings = wanted('lineage.off', log, () => lineageSettings(call.env, project, call.version))
  return settings === undefined ? undefined : openLineage(settings, log)
}

export async function tellTelemetry(
  call: Pick<Call, 'env' | 'version'>,
  { project, log }: Pick<RunDeps, 'project' | 'log'>,
  told: { readonly report: RunReport; readonly trace: () => Promise<RunTrace | undefined> },
): Promise<void> {
  const settings = wanted('telemetry.off', log, () => telemetrySettings(call.env, call.version))
  if (settings === undefined) return
  const trace = await told.trace().catch(() => undefined)
  const { report } = told
  await exportRun(settings, { report, trace, project: project.name, workspace: project.braze.workspace }, log)
}

function wanted<T>(event: string, log: Log, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    log.warn(event, { reason: asError(error).message })
    return undefined
  }
}
