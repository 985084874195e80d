// Decides how a run is watched while it works: which stage took how long, what Braze answered, how fast it may go.

import type { Braze } from '../braze/port.ts'
import type { RunTrace, TracedStage } from '../ledger/run-traces.ts'
import type { Progress, RunDeps } from './context.ts'

export interface Watch {
  /** The same dependencies, watched. */
  readonly deps: RunDeps
  /** What has been seen so far; the stage under way lasts until now. */
  trace(): RunTrace
  /** The last thing that was told; undefined before the first. */
  current(): Progress | undefined
  /** Seconds since the watch began. */
  seconds(): number
}

/** Stages kept of one run; a project of thousands of syncs must not fill the ledger with them. */
const MOST_STAGES = 1000

export function watch(deps: RunDeps): Watch {
  const began = deps.monotonic()
  const seconds = () => Math.round(deps.monotonic() - began) / 1000
  const ended: TracedStage[] = []
  let underWay: Pick<TracedStage, 'stage' | 'sync' | 'offset'> | undefined
  let last: Progress | undefined
  let braze: Pick<Braze, 'stats'> | undefined
  const soFar = () =>
    underWay === undefined
      ? ended
      : [...ended, { ...underWay, seconds: Math.round((seconds() - underWay.offset) * 1000) / 1000 }]
  const progress = (told: Progress) => {
    last = told
    const sync = told.stage === 'candidates' ? told.sync : null
    if (underWay?.stage !== told.stage || underWay.sync !== sync) {
      if (ended.length < MOST_STAGES) ended.splice(0, ended.length, ...soFar())
      underWay = { stage: told.stage, sync, offset: seconds() }
    }
    deps.progress(told)
  }
  const openBraze = async () => {
    const opened = await deps.openBraze()
    braze = opened
    return opened
  }
  return {
    deps: { ...deps, progress, openBraze },
    current: () => last,
    seconds,
    trace: () => {
      const stats = braze?.stats()
      return {
        stages: [...soFar()],
        statuses: stats?.statuses ?? {},
        throttled: stats?.throttled ?? 0,
        pace: stats === undefined || stats.requests === 0 ? null : stats.pace,
      }
    },
  }
}
