// Decides which project the service works by: the files as they are now, unless they are broken, or name another ledger than
// the one that is open; then the last good ones stay in force, and what is wrong is told.

import { isDeepStrictEqual } from 'node:util'
import type { Project } from '../model/definition.ts'
import { asError, type Problem, ProjectError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'

export interface LivingProject {
  current(): Project
  /** What is wrong with the files as they are now; empty when they are in force. */
  problems(): readonly Problem[]
  /** Reads the files again. */
  refresh(): Promise<void>
}

const CONFIG_FILE = 'config/brazier.yaml'

/** @throws ProjectError when the project is broken from the start. */
export async function openProject(load: () => Promise<Project>, log: Log): Promise<LivingProject> {
  let current = await load()
  let problems: readonly Problem[] = []
  let underWay: Promise<void> | undefined
  const read = async () => {
    try {
      const found = await load()
      problems = moved(current, found)
      if (problems.length === 0) current = found
    } catch (thrown) {
      problems =
        thrown instanceof ProjectError
          ? thrown.problems
          : [{ file: CONFIG_FILE, message: asError(thrown).message }]
    }
    if (problems.length > 0) log.warn('project.broken', { problems: problems.length })
  }
  return {
    current: () => current,
    problems: () => problems,
    refresh: () => {
      underWay ??= read().finally(() => {
        underWay = undefined
      })
      return underWay
    },
  }
}

/** What cannot change under a service: where the ledger is, and whose it is. */
function moved(now: Project, found: Project): Problem[] {
  const fixed = ({ name, warehouse, store, braze }: Project) => ({
    name,
    warehouse,
    store,
    'braze.workspace': braze.workspace,
    'braze.endpoint': braze.endpoint,
  })
  const [before, after] = [fixed(now), fixed(found)]
  const keys = Object.keys(before) as (keyof typeof before)[]
  return keys
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => ({
      file: CONFIG_FILE,
      message: `${key} has changed`,
      hint: 'Start the service again: until then it goes on with the former project.',
    }))
}
