// Decides what a run is handed: the checked project, opened databases, a way to Braze, and the means to tell what it does.

import type { Braze } from '../braze/port.ts'
import type { Ledger } from '../ledger/sql.ts'
import type { Project } from '../model/definition.ts'
import type { Log } from '../model/log.ts'
import type { Databases, Purpose, Session } from '../warehouse/port.ts'

export type Progress =
  | { readonly stage: 'lease' | 'recover' | 'settle' }
  | {
      readonly stage: 'candidates'
      readonly sync: string
      readonly done: number
      readonly total: number
    }
  | { readonly stage: 'outbox'; readonly objects: number }
  | { readonly stage: 'send'; readonly objects: number; readonly total: number; readonly requests: number }

export interface RunDeps {
  readonly project: Project
  readonly databases: Databases
  /** Opened only when there is something to send. */
  readonly openBraze: () => Promise<Braze>
  /** Loads what that needs while a database works, which otherwise takes as long as a small outbox. Never rejects. */
  readonly loadBraze?: () => Promise<void>
  readonly log: Log
  /** Wall clock. */
  readonly now: () => Date
  /** Milliseconds that only grow, also when the wall clock is set back. */
  readonly monotonic: () => number
  /** Aborts when the process should stop: finish what is in flight, settle, leave. */
  readonly stop: AbortSignal
  readonly progress: (progress: Progress) => void
  /** Host and process, for people who wonder who holds the lease. */
  readonly place: string
  /** Seconds that the lease lives unless renewed; by default longer than three requests may take. */
  readonly leaseSeconds?: number
}

/** A run's own view: its dependencies and the ledger on its main session. */
export interface RunContext extends RunDeps {
  readonly ledger: Ledger
}

export async function openContext(deps: RunDeps): Promise<RunContext & { close(): Promise<void> }> {
  const { store } = deps.databases
  await store.makeSchema()
  const session = await store.session()
  return { ...deps, ledger: ledgerOn(deps, session), close: () => session.close() }
}

/** The same run, whose statements say what they are for. */
export function withPurpose(context: RunContext, purpose: Purpose): RunContext {
  const { session } = context.ledger
  if (session.about === undefined) return context
  return { ...context, ledger: { ...context.ledger, session: session.about(purpose) } }
}

export function ledgerOn(deps: Pick<RunDeps, 'project' | 'databases'>, session: Session): Ledger {
  const scope = { project: deps.project.name, workspace: deps.project.braze.workspace }
  return { session, dialect: deps.databases.store.dialect, scope }
}
