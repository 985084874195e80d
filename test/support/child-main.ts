// Decides what a process does that a test starts in order to kill, freeze or stop it: one run, exactly as a command would
// make it, with a lease as short as the test likes, and with places at which it ends or freezes itself.

import { readFileSync } from 'node:fs'
import { openBraze } from '../../src/braze/client.ts'
import type { Braze } from '../../src/braze/port.ts'
import { asError, BrazierError } from '../../src/model/errors.ts'
import { silentLog } from '../../src/model/log.ts'
import { loadProject } from '../../src/project/load-project.ts'
import { selectSyncs } from '../../src/project/select-syncs.ts'
import { applyPlan } from '../../src/run/apply-plan.ts'
import type { Progress, RunDeps } from '../../src/run/context.ts'
import type { RunReport } from '../../src/run/report.ts'
import { retireSync } from '../../src/run/retire.ts'
import { runSyncs } from '../../src/run/run.ts'
import { openDatabases } from '../../src/warehouse/open.ts'
import type { Databases, Session } from '../../src/warehouse/port.ts'
import type { ChildJob, ChildResult } from './child.ts'

const job = JSON.parse(readFileSync(0, 'utf8')) as ChildJob

/** Nothing of the process runs after SIGKILL; after SIGSTOP it goes on from here once it is told to. */
const reach = (place: { readonly signal: 'SIGKILL' | 'SIGSTOP' }) => process.kill(process.pid, place.signal)

let statements = 0
/** The statement before which it happens; given a stage, they count from there. */
let target = job.at?.stage === undefined ? job.at?.statement : undefined
let isNext = false
function countStatement(sql: string): void {
  statements += 1
  if (job.at !== undefined && (isNext || statements === target)) reach(job.at)
  isNext = job.at?.after !== undefined && sql.includes(job.at.after)
}

let stages = 0
function countStage({ stage }: { readonly stage: Progress['stage'] | 'request' }): void {
  if (stage !== job.at?.stage) return
  stages += 1
  if (stages !== (job.at.nth ?? 1)) return
  if (job.at.statement === undefined) reach(job.at)
  else target = statements + job.at.statement
}

const counted = (session: Session): Session => ({
  ...session,
  run: (sql) => {
    countStatement(sql)
    return session.run(sql)
  },
  rows: (sql) => {
    countStatement(sql)
    return session.rows(sql)
  },
  transaction: (work) => session.transaction((inner) => work(counted(inner))),
  ...(session.about === undefined ? {} : { about: aboutOf(session.about) }),
})

const aboutOf =
  (about: NonNullable<Session['about']>): NonNullable<Session['about']> =>
  (purpose) =>
    counted(about(purpose))

function watched(databases: Databases): Databases {
  const { store } = databases
  return { ...databases, store: { ...store, session: async () => counted(await store.session()) } }
}

async function watchedBraze(settings: Parameters<typeof openBraze>[0]): Promise<Braze> {
  const braze = openBraze(settings, { log: silentLog, version: 'test' })
  const send: Braze['send'] = (batch, options) => {
    countStage({ stage: 'request' })
    return braze.send(batch, options)
  }
  return { ...braze, send }
}

async function perform(deps: RunDeps): Promise<RunReport> {
  const waitSeconds = job.waitSeconds ?? 0
  if (job.apply !== undefined) return applyPlan(deps, { plan: job.apply, waitSeconds })
  if (job.retire !== undefined) return retireSync(deps, { name: job.retire, waitSeconds })
  const syncs = selectSyncs(deps.project.syncs, [])
  return runSyncs(deps, {
    syncs,
    command: job.resync === true ? 'resync' : 'sync',
    waitSeconds,
    slots: new Map(),
  })
}

async function main(): Promise<ChildResult> {
  const stop = new AbortController()
  process.on('SIGTERM', () => stop.abort(new BrazierError('stopped by SIGTERM')))
  const env = { BRAZE_API_KEY: 'sandbox-key' }
  const project = await loadProject({ directory: job.directory, env, requireApiKey: true })
  const databases = watched(await openDatabases(project))
  try {
    const report = await perform({
      project,
      databases,
      openBraze: () => watchedBraze(project.braze),
      log: silentLog,
      now: () => new Date(),
      monotonic: () => performance.now(),
      stop: stop.signal,
      progress: countStage,
      place: `child ${process.pid}`,
      ...(job.leaseSeconds === undefined ? {} : { leaseSeconds: job.leaseSeconds }),
    })
    const { status, exitCode, requests, error, syncs } = report
    return { status, exitCode, requests, statements, error: error?.message ?? null, syncs }
  } finally {
    await databases.close()
  }
}

const result = await main().catch((thrown: unknown): ChildResult => {
  const error = asError(thrown)
  const exitCode = error instanceof BrazierError ? error.exitCode : 1
  return { status: 'failed', exitCode, requests: 0, statements, error: error.message, syncs: [] }
})
process.stdout.write(JSON.stringify(result), () => process.exit(result.exitCode))
