// Decides what a command that touches the databases is handed, and that everything it opened is closed again: the project
// checked, the databases opened, Braze only when something is sent.

import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Project } from '../model/definition.ts'
import { LeaseHeldError } from '../model/errors.ts'
import { loadProject } from '../project/load-project.ts'
import type { RunDeps } from '../run/context.ts'
import type { Databases } from '../warehouse/port.ts'
import type { Call } from './call.ts'
import { secretsOf } from './secrets.ts'

export interface OpenOptions {
  readonly project: Project
  /** How long another process may keep us waiting for the state file. */
  readonly waitSeconds?: number
}

export interface OpenedRun {
  readonly deps: RunDeps
  /** What is left of the time to wait. */
  readonly waitSeconds: number
}

const WAIT_STEP_MS = 1000

/** Commands that send need the key of Braze; the others do without. */
export async function openProject(call: Call, { sends }: { sends: boolean }): Promise<Project> {
  const project = await loadProject({ directory: call.directory, env: call.env, requireApiKey: sends })
  for (const secret of secretsOf(project)) call.hider.add(secret)
  return project
}

/** Opens, works, closes. */
export async function withRun<T>(
  call: Call,
  options: OpenOptions,
  work: (opened: OpenedRun) => Promise<T>,
): Promise<T> {
  const { project } = options
  const teller = await call.openTeller()
  try {
    const until = performance.now() + (options.waitSeconds ?? 0) * 1000
    const databases = await openWaiting(call, project, until)
    const cancel = () => void databases.warehouse.cancel().catch(() => undefined)
    call.signals.stop.addEventListener('abort', cancel)
    try {
      const deps = depsOf(call, { project, databases, teller })
      return await work({ deps, waitSeconds: Math.max(0, (until - performance.now()) / 1000) })
    } finally {
      call.signals.stop.removeEventListener('abort', cancel)
      await databases.close()
    }
  } finally {
    teller.close()
  }
}

/** A state file has one process at a time, so the wait for the lease begins before the ledger can be read. */
async function openWaiting(call: Call, project: Project, until: number): Promise<Databases> {
  const { openDatabases } = await import('../warehouse/open.ts')
  const { stop } = call.signals
  for (;;) {
    stop.throwIfAborted()
    try {
      return await openDatabases(project)
    } catch (error) {
      if (!(error instanceof LeaseHeldError) || performance.now() >= until) throw error
    }
    await sleep(WAIT_STEP_MS, undefined, { signal: stop }).catch(() => undefined)
  }
}

function depsOf(
  call: Call,
  {
    project,
    databases,
    teller,
  }: {
    project: Project
    databases: Databases
    teller: Pick<RunDeps, 'log' | 'progress'>
  },
): RunDeps {
  const { log } = teller
  const room = () => import('../braze/client.ts')
  return {
    project,
    databases,
    openBraze: async () => {
      const { openBraze } = await room()
      return openBraze(project.braze, { log, version: call.version })
    },
    loadBraze: async () => void (await room().catch(() => undefined)),
    log,
    now: () => new Date(),
    monotonic: () => performance.now(),
    stop: call.signals.stop,
    progress: (progress) => teller.progress(progress),
    place: `${hostname()}, process ${process.pid}`,
  }
}

/** A ledger in a file that is not there yet: to look at it would make it. */
export async function hasNoLedger({ store }: Pick<Project, 'store'>): Promise<boolean> {
  if (store.type !== 'duckdb') return false
  return await stat(store.path).then(
    () => false,
    () => true,
  )
}
