// Decides what may be asked of the author's SELECT before it runs, whatever the database: it stands alone, it stands in
// brackets, and every column of it has a name of its own. Pure.

import { SyncError } from '../model/errors.ts'

/** The author's SQL as a subquery. The line break ends a trailing comment; lines count one higher than in the file. */
export function asSubquery(sql: string): string {
  return `select * from (\n${sql}\n) as q`
}

/** What a database says against the author's SQL. `line` counts in the author's file. */
export function sqlRefused(
  message: string,
  detail: { line?: number | undefined; hint?: string } = {},
): SyncError {
  const where = detail.line === undefined ? '' : `line ${detail.line}: `
  return new SyncError(`${where}${message}`, detail.hint === undefined ? {} : { hint: detail.hint })
}

export const NOT_ONE_SELECT = 'Write exactly one SELECT: the SQL of a sync can only read.'

/** Line of a character position (from 1) in a text. */
export function lineAt(text: string, position: number): number {
  return (
    Array.from(text)
      .slice(0, Math.max(0, position - 1))
      .filter((character) => character === '\n').length + 1
  )
}

/** @throws SyncError when two columns share a name, or when `isUnnamed` says that a name was made up by the database. */
export function checkNames(names: readonly string[], isUnnamed: (name: string) => boolean): void {
  if (names.length === 0) throw sqlRefused('the query returns no column', { hint: NOT_ONE_SELECT })
  for (const [i, name] of names.entries()) {
    if (isUnnamed(name)) {
      throw sqlRefused(`column ${i + 1} (${name}) has no name`, { hint: 'Give it one: … as some_name.' })
    }
  }
  const seen = new Map<string, string>()
  for (const name of names) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) {
      const both =
        twin === name ? `two columns are called ${name}` : `two columns are called ${twin} and ${name}`
      throw sqlRefused(both, {
        hint: 'Names must differ by more than upper and lower case: give one of them another.',
      })
    }
    seen.set(name.toLowerCase(), name)
  }
}
