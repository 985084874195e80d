// Decides what the SQL files below sql/ define: the folder gives the kind, the file its name. Pure.

import type { Problem } from '../model/errors.ts'
import { SYNC_NAME } from '../model/field-schema.ts'
import { didYouMean } from '../model/nearest.ts'
import { type Kind, RUNNABLE_KINDS, type RunnableKind } from '../model/words.ts'
import { ROOT } from './find-sql-files.ts'
import type { SqlFile } from './sync-definition.ts'

const FOLDERS: Readonly<Record<string, Kind>> = {
  audiences: 'audience',
  properties: 'properties',
  events: 'events',
  purchases: 'purchases',
  subscriptions: 'subscriptions',
  catalogs: 'catalog',
  catalog: 'catalog',
  deletions: 'deletions',
}

export interface PlacedFiles {
  readonly files: readonly SqlFile[]
  readonly problems: readonly Problem[]
}

function isRunnable(kind: Kind): kind is RunnableKind {
  return RUNNABLE_KINDS.some((runnable) => runnable === kind)
}

/** What is wrong with a folder directly below sql/, if anything: one problem, however many files are in it. */
function folderProblem(folder: string): Problem | undefined {
  const file = `${ROOT}/${folder}`
  const kind = Object.hasOwn(FOLDERS, folder) ? FOLDERS[folder] : undefined
  if (kind === undefined) {
    return {
      file,
      message: `the folder ${folder} is no kind of sync`,
      hint: didYouMean(folder, Object.keys(FOLDERS)),
    }
  }
  if (isRunnable(kind)) return undefined
  return {
    file,
    message: `this version does not run ${folder} yet`,
    hint: 'Move the folder out of sql/ for now.',
  }
}

function nameProblem(file: string, fileName: string): Problem | undefined {
  if (!fileName.endsWith('.sql')) return { file, message: 'the extension must be .sql, in small letters' }
  if (SYNC_NAME.test(fileName.slice(0, -'.sql'.length))) return undefined
  return {
    file,
    message: 'a file name must start with a small letter and hold small letters, digits and _, 40 at most',
    hint: 'Rename the file; if it was synced before, add was: with its former name.',
  }
}

function placeFile(file: string): SqlFile | Problem {
  const parts = file.split('/')
  const fileName = parts.at(-1) ?? ''
  const folder = parts[1] ?? ''
  if (parts.length === 2) {
    return {
      file,
      message: 'stands directly in sql/, so its kind is not known',
      hint: 'Move it to sql/audiences/ or sql/properties/.',
    }
  }
  const problem = folderProblem(folder) ?? nameProblem(file, fileName)
  const kind = FOLDERS[folder]
  if (problem !== undefined || kind === undefined || !isRunnable(kind))
    return problem ?? { file, message: 'unknown kind' }
  return { file, name: fileName.slice(0, -'.sql'.length), kind }
}

/** Kind and name of each file; names are unique in the project, whatever the folder. */
export function placeSqlFiles(paths: readonly string[]): PlacedFiles {
  const files = new Map<string, SqlFile>()
  const problems = new Map<string, Problem>()
  for (const path of paths) {
    const placed = placeFile(path)
    if ('message' in placed) {
      problems.set(placed.file, placed)
      continue
    }
    const twin = files.get(placed.name)
    if (twin === undefined) files.set(placed.name, placed)
    else
      problems.set(path, {
        file: path,
        message: `has the same name as ${twin.file}`,
        hint: 'Rename one of the two.',
      })
  }
  return { files: [...files.values()], problems: [...problems.values()] }
}
