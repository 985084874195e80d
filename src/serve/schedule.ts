// Decides when the service looks for what is due: every minute, by node-cron's clock alone. What is due, and since when, is
// the calendar's and the ledger's to say, so that a minute that was missed costs nothing.

import { schedule as everyMinute } from 'node-cron'
import { newId } from '../ledger/names.ts'
import { asError } from '../model/errors.ts'
import { lastSlot } from '../project/schedule.ts'
import type { DueSync } from '../run/due.ts'
import { readDue } from '../run/read-due.ts'
import { type Failure, failedAgain, mayTry } from './backoff.ts'
import type { Ended } from './carry-out.ts'
import type { House } from './house.ts'
import type { Runner } from './runner.ts'

export interface Scheduler {
  /** Runs what is due now, all of it as one run, unless another run is under way. */
  tick(): Promise<void>
  /** By the monotonic clock; undefined before the first. */
  lastTick(): number | undefined
  stop(): Promise<void>
}

const EVERY_MINUTE = '* * * * *'

/** `afterwards`: what else is looked at every minute. */
export function openScheduler(house: House, runner: Runner, afterwards: () => Promise<void>): Scheduler {
  const failures = new Map<string, Failure>()
  let last: number | undefined
  let ticking: Promise<void> | undefined
  const tick = async () => {
    runner.wake()
    if (house.stop.aborted || !runner.isIdle()) return
    await house.project.refresh()
    const due = await findDue(house, failures)
    if (due.length === 0) return
    const run = newId('r', house.now())
    const selection = due.map(({ sync }) => sync.name)
    const ended = await runner.runDue(
      { run, command: 'sync', origin: 'schedule', selection, plan: null, askedBy: null },
      due,
    )
    if (ended !== undefined) remember(failures, ended, house.now())
  }
  const safely = (): Promise<void> => {
    last = house.monotonic()
    ticking ??= tick()
      .then(afterwards)
      .catch((error: unknown) => house.log.warn('schedule.failed', { reason: asError(error).message }))
      .finally(() => {
        ticking = undefined
      })
    return ticking
  }
  const ticker = everyMinute(EVERY_MINUTE, () => void safely(), {
    name: 'brazier',
    // A minute that was missed, say because the machine slept, is made up for by the next one.
    suppressMissedWarning: true,
    logger: tickerLog(house),
  })
  return {
    tick: safely,
    lastTick: () => last,
    async stop() {
      await ticker.destroy()
      await ticking
    },
  }
}

async function findDue(house: House, failures: ReadonlyMap<string, Failure>): Promise<DueSync[]> {
  const now = house.now()
  const { syncs } = house.project.current()
  const calendar = { now, lastSlot: (schedule: DueSync['sync']['schedule']) => lastSlot(schedule, now) }
  const due = await house.look((ledger) => readDue(ledger, syncs, calendar))
  return due.filter((one) => mayTry(one, failures, now))
}

/** Of a run that could not be run at all, every sync failed. */
function remember(failures: Map<string, Failure>, { report, due }: Ended, now: Date): void {
  const failed = new Set(
    report?.syncs.filter(({ status }) => status === 'failed').map(({ name }) => name) ??
      due?.map(({ sync }) => sync.name),
  )
  for (const { sync, slot } of due ?? []) {
    if (failed.has(sync.name)) failures.set(sync.name, failedAgain(failures.get(sync.name), slot, now))
    else failures.delete(sync.name)
  }
}

/** Its words go where ours go. */
function tickerLog({ log }: House) {
  const say = (message: string | Error) => log.warn('schedule.clock', { remark: asError(message).message })
  return { info: () => {}, debug: () => {}, warn: say, error: say }
}
