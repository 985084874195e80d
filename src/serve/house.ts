// Decides what every part of the service is handed.

import type { Braze } from '../braze/port.ts'
import type { Ledger } from '../ledger/sql.ts'
import type { Project } from '../model/definition.ts'
import type { Log } from '../model/log.ts'
import type { HeldDatabases } from './databases.ts'
import type { LivingProject } from './living-project.ts'

export interface Surroundings {
  /** Reads the files of the project. */
  readonly load: () => Promise<Project>
  readonly openBraze: (project: Project) => Promise<Braze>
  readonly log: Log
  /** Wall clock. */
  readonly now: () => Date
  /** Milliseconds that only grow. */
  readonly monotonic: () => number
  /** Aborts when the process should stop. */
  readonly stop: AbortSignal
  /** Host and process, for people. */
  readonly place: string
  readonly version: string
}

export interface House extends Surroundings {
  readonly project: LivingProject
  readonly databases: HeldDatabases
  /** Looks at the ledger, or writes a row of the service's own. */
  look<T>(work: (ledger: Ledger) => Promise<T>): Promise<T>
}

export function houseOf(
  surroundings: Surroundings,
  { project, databases }: Pick<House, 'project' | 'databases'>,
): House {
  const { name, braze } = project.current()
  const scope = { project: name, workspace: braze.workspace }
  return {
    ...surroundings,
    project,
    databases,
    look: (work) => databases.read((session) => work({ session, dialect: databases.dialect, scope })),
  }
}
