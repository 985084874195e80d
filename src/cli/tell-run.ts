// Decides how the end of a run is told, whatever the command, and what the process exits with.

import type { RunReport } from '../run/report.ts'
import type { Call } from './call.ts'
import { failureOf } from './failure.ts'
import { runJson } from './print/run-json.ts'
import { runText } from './print/run-text.ts'

export function tellRun(call: Call, report: RunReport): number {
  const { stop } = call.signals
  // A query that we cancelled fails with words of its own; being told to stop is the reason.
  const error: unknown = stop.aborted ? stop.reason : report.error
  const failure = error === null ? undefined : failureOf(error, call.verbose)
  call.output.result({
    text: (paint) => runText(report, paint),
    json: () => runJson(report, failure?.json().error),
  })
  if (failure !== undefined) call.output.note((paint) => failure.text(paint))
  return report.exitCode
}
