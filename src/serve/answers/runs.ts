// Decides what the API answers about runs: pages of them, one of them, and what becomes of a wish for one.

import { readPauses } from '../../ledger/pauses.ts'
import { type LoggedRun, readRun, readRunPage, readRunSyncs } from '../../ledger/run-log.ts'
import { readTrace } from '../../ledger/run-traces.ts'
import { readTrigger, readTriggers, type TriggerRecord } from '../../ledger/triggers.ts'
import { selectSyncs } from '../../project/select-syncs.ts'
import type { RunAccepted, RunDetail } from '../api/run-shapes.ts'
import type { House } from '../house.ts'
import type { Answers } from '../http/bind.ts'
import { ApiError } from '../http/problem.ts'
import type { Runner } from '../runner.ts'
import { once } from './once.ts'
import { runDetailOf, runSummaryOf } from './run-view.ts'

type RunAnswers = Pick<Answers, 'listRuns' | 'startRun' | 'readRun'>

export function runAnswers(house: House, runner: Runner): RunAnswers {
  const remembered = once(house)
  return {
    async listRuns({ query }) {
      const page = { limit: query.limit + 1, before: query.before, sync: query.sync }
      const { logged, triggers } = await house.look(async (ledger) => ({
        logged: await readRunPage(ledger, page),
        triggers: await readTriggers(ledger, page),
      }))
      const runs = merged(logged, triggers, query.sync !== undefined)
      const shown = runs.slice(0, query.limit).map((found) => runSummaryOf(factsOf(house, runner, found)))
      return { runs: shown, next: runs.length > query.limit ? (shown.at(-1)?.run ?? null) : null }
    },
    async readRun({ params }) {
      return await runDetail(house, runner, params.run)
    },
    startRun: ({ body, person, headers }) => {
      const ask = () => askForSyncs(house, runner, { ...body, by: person.name })
      const key = headers['idempotency-key']
      return key === undefined ? ask() : remembered({ key, by: person.name, body }, ask)
    },
  }
}

interface Found {
  readonly run: string
  readonly logged: LoggedRun | undefined
  readonly trigger: TriggerRecord | undefined
}

/** Two pages of one length, each without a gap, hold every run of their common page. */
function merged(
  logged: readonly LoggedRun[],
  triggers: readonly TriggerRecord[],
  onlyLogged: boolean,
): Found[] {
  const byRun = new Map(logged.map((run) => [run.run, run]))
  const asked = new Map(triggers.map((trigger) => [trigger.run, trigger]))
  const ids = onlyLogged ? [...byRun.keys()] : [...new Set([...byRun.keys(), ...asked.keys()])]
  return ids
    .sort()
    .reverse()
    .map((run) => ({ run, logged: byRun.get(run), trigger: asked.get(run) }))
}

function factsOf(house: House, runner: Runner, found: Found) {
  const running = runner.running()
  const live = running?.trigger.run === found.run ? running : undefined
  return { ...found, live, now: house.now() }
}

/** @throws ApiError when there is no such run. */
export async function runDetail(house: House, runner: Runner, run: string): Promise<RunDetail> {
  const read = await house.look(async (ledger) => ({
    logged: await readRun(ledger, run),
    trigger: await readTrigger(ledger, run),
    syncs: await readRunSyncs(ledger, run),
    trace: await readTrace(ledger, run),
  }))
  const facts = factsOf(house, runner, { run, logged: read.logged, trigger: read.trigger })
  if (read.logged === undefined && read.trigger === undefined && facts.live === undefined)
    throw new ApiError('not_found', { detail: 'there is no such run' })
  const paceLimit = house.project.current().braze.requestsPerSecond
  return runDetailOf({ ...facts, syncs: read.syncs, trace: read.trace, paceLimit })
}

interface Asked {
  readonly select: readonly string[]
  readonly dry_run: boolean
  readonly by: string
}

async function askForSyncs(house: House, runner: Runner, asked: Asked): Promise<RunAccepted> {
  refuseWhenStopping(house)
  await house.project.refresh()
  const selected = selectSyncs(house.project.current().syncs, asked.select)
  const { all, bySync } = await house.look(readPauses)
  const leftOut = asked.dry_run ? [] : selected.filter(({ name }) => bySync.has(name))
  if (!asked.dry_run && (all !== undefined || leftOut.length === selected.length))
    throw paused(all !== undefined)
  const { run, joined } = await runner.ask({
    command: asked.dry_run ? 'plan' : 'sync',
    selection: asked.select,
    plan: null,
    askedBy: asked.by,
  })
  return { run, joined, left_out: leftOut.map(({ name }) => name) }
}

export function refuseWhenStopping({ stop }: House): void {
  if (stop.aborted) throw new ApiError('stopping', { detail: 'the service was told to stop' })
}

export const paused = (isAll: boolean): ApiError =>
  new ApiError('paused', {
    detail: isAll ? 'everything is paused' : 'all syncs that were asked for are paused',
    hint: isAll ? 'POST /api/v1/resume' : 'POST /api/v1/syncs/{name}/resume',
  })
