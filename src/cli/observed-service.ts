// Decides who is told of what the service does: lineage, traces and metrics of each run, once it is known what became of it;
// alerts after each run, and now and then in between, since what is late makes no run.

import { raiseAlerts } from '../alerts/raise-alerts.ts'
import type { Log } from '../model/log.ts'
import type { Ended } from '../serve/carry-out.ts'
import type { House } from '../serve/house.ts'
import type { Call } from './call.ts'
import { lineageFor, tellTelemetry } from './observed-run.ts'

export interface ObservedService {
  onEnd(ended: Ended): void
  onLook(house: House): Promise<void>
  /** Resolves once all that was begun is told, or could not be. */
  finished(): Promise<void>
}

/** Between two looks without a run in between: they cost some queries. */
const LOOK_MS = 300_000

export function observeService(call: Call, log: Log): ObservedService {
  let house: House | undefined
  let lookAt = 0
  // One after another: two that look at once would tell the same twice. What is told here fails by itself, in the log.
  let telling: Promise<void> = Promise.resolve()
  const tell = (work: () => Promise<void>): Promise<void> => {
    telling = telling.then(work)
    return telling
  }
  const tellRun = async ({ report, trace }: Ended): Promise<void> => {
    // The first look comes right after the first end.
    const project = house?.project.current()
    if (project === undefined || report === undefined) return
    await tellTelemetry(call, { project, log }, { report, trace: async () => trace })
    const lineage = lineageFor(call, { project, log })
    if (lineage === undefined) return
    const names = new Set(report.syncs.map(({ name }) => name))
    const syncs = project.syncs.filter(({ name }) => names.has(name))
    lineage.started(syncs, new Date(report.startedAt))
    await lineage.ended(report, new Date())
  }
  return {
    onEnd: (ended) => {
      lookAt = 0
      void tell(() => tellRun(ended))
    },
    onLook: async (found) => {
      house = found
      const { project, look, now, stop, version, monotonic } = found
      if (monotonic() < lookAt) return
      lookAt = monotonic() + LOOK_MS
      await tell(() => raiseAlerts({ project: project.current(), look, log, now, stop, version }))
    },
    finished: () => telling,
  }
}
