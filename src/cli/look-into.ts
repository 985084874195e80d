// Decides how a command that only reads gets to the ledger: undefined where there is none, and none is made.

import type { Project } from '../model/definition.ts'
import { readLedger } from '../run/read-ledger.ts'
import type { Call } from './call.ts'
import { hasNoLedger, withRun } from './open-run.ts'

type Reading<T> = Parameters<typeof readLedger<T>>[1]

export async function lookInto<T>(call: Call, project: Project, read: Reading<T>): Promise<T | undefined> {
  if (await hasNoLedger(project)) return undefined
  return await withRun(call, { project }, ({ deps }) => readLedger(deps, read))
}
