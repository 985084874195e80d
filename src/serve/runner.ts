// Decides the order of runs in this process: one at a time, those that were asked for first, then what is due. What was
// asked for is in the ledger before anybody is told so, and leaves the queue only when it is done.

import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '../ledger/names.ts'
import { readPauses } from '../ledger/pauses.ts'
import { saveTrigger, type Trigger, waitingTriggers, widenTrigger } from '../ledger/triggers.ts'
import { asError, BrazierError } from '../model/errors.ts'
import { oneAtATime } from '../warehouse/session.ts'
import { type Ended, type LiveRun, startRun } from './carry-out.ts'
import type { House } from './house.ts'
import { place } from './queue.ts'

export interface Wish extends Omit<Trigger, 'run' | 'origin'> {}

export interface Runner {
  /** Resolves once the wish is on record. @throws QueueFullError */
  ask(wish: Wish): Promise<{ readonly run: string; readonly joined: boolean }>
  /** Runs this now, unless something else runs or waits. */
  runDue(trigger: Trigger, due: LiveRun['due']): Promise<Ended | undefined>
  running(): LiveRun | undefined
  waiting(): readonly Trigger[]
  isIdle(): boolean
  /** Looks again whether something can begin. */
  wake(): void
  /** The run under way sends no more and settles. */
  cut(reason: Error): void
  /** Resolves when the run under way has ended. */
  finished(): Promise<void>
}

export class QueueFullError extends BrazierError {}

const MOST_WAITING = 50
/** A run begins once no wish has come for so many milliseconds, or after ten times as many: those that come together meet. */
const GATHER_MS = 100

export async function openRunner(house: House, onEnd: (ended: Ended) => void): Promise<Runner> {
  const { stop, log } = house
  const turn = oneAtATime()
  let waiting: readonly Trigger[] = await house.look(waitingTriggers)
  let running: LiveRun | undefined
  let asked = 0
  let work: Promise<void> | undefined
  const carryOut = async (trigger: Trigger, due?: LiveRun['due']): Promise<Ended | undefined> => {
    running = startRun(house, trigger, due)
    try {
      const ended = await running.ended
      if (ended !== undefined) onEnd(ended)
      return ended
    } finally {
      running = undefined
    }
  }
  /** In turn with the wishes, so that all that stand in line by now go with the one that begins. */
  const take = () =>
    turn(async () => {
      if (stop.aborted || waiting.length === 0) return undefined
      const { all } = await house.look(readPauses)
      const next = waiting.find(mayBegin(all !== undefined))
      waiting = waiting.filter((one) => one !== next)
      return next
    })
  const drain = async () => {
    await gather(stop, () => asked)
    for (let next = await take(); next !== undefined; next = await take()) await carryOut(next)
  }
  const begin = (task: () => Promise<unknown>): void => {
    if (work !== undefined || stop.aborted) return
    work = task()
      .catch((error: unknown) => log.warn('runner.failed', { reason: asError(error).message }))
      .then(() => {
        work = undefined
        if (waiting.length > 0 && !stop.aborted)
          void house.look(readPauses).then(wakeUnlessPaused, () => undefined)
      })
  }
  /** Something may have come just before the end. */
  const wakeUnlessPaused = ({ all }: { readonly all: unknown }) => {
    if (waiting.some(mayBegin(all !== undefined))) wake()
  }
  const wake = () => (waiting.length > 0 ? begin(drain) : undefined)
  return {
    ask: (wish) =>
      turn(async () => {
        stop.throwIfAborted()
        asked += 1
        const trigger: Trigger = { ...wish, run: newId('r', house.now()), origin: 'request' }
        const placed = place(waiting, trigger, MOST_WAITING)
        if (placed === undefined) throw full()
        if (!placed.joined) await house.look((ledger) => saveTrigger(ledger, trigger, 'queued'))
        else if (placed.widened) await house.look((ledger) => widenTrigger(ledger, placed.trigger))
        waiting = placed.waiting
        wake()
        return { run: placed.trigger.run, joined: placed.joined }
      }),
    runDue: async (trigger, due) => {
      if (work !== undefined || waiting.length > 0) return undefined
      let ended: Ended | undefined
      begin(async () => {
        ended = await carryOut(trigger, due)
      })
      await work
      return ended
    },
    running: () => running,
    waiting: () => waiting,
    isIdle: () => work === undefined && waiting.length === 0,
    wake,
    cut: (reason) => running?.cut(reason),
    finished: () => work ?? Promise.resolve(),
  }
}

async function gather(stop: AbortSignal, asked: () => number): Promise<void> {
  let seen = -1
  for (let left = 10; seen !== asked() && left > 0 && !stop.aborted; left -= 1) {
    seen = asked()
    await sleep(GATHER_MS, undefined, { signal: stop }).catch(() => undefined)
  }
}

/** A dry run sends nothing: it may also help to decide whether to go on. */
const mayBegin = (isPaused: boolean) => (trigger: Trigger) => !isPaused || trigger.command === 'plan'

const full = () =>
  new QueueFullError(`${MOST_WAITING} runs wait already`, {
    hint: 'Wait for some of them to end: GET /api/v1/runs.',
  })
