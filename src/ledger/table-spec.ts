// Decides how a table of the ledger is described: its columns with what each means, and its key.

import type { Dialect } from '../warehouse/port.ts'

type ColumnType = keyof Dialect['types']
/** type, meaning. */
type ColumnSpec = readonly [type: ColumnType, meaning: string]

export interface TableSpec {
  readonly meaning: string
  readonly columns: Readonly<Record<string, ColumnSpec>>
  readonly key?: readonly string[]
  /** A table that only grows, with its moment and what a run looks up in it: its rows lie by day where that can be said. */
  readonly log?: { readonly moment: string; readonly key: string }
}

export const SCOPE = {
  project: ['text', 'Name of the project that the row belongs to'],
  workspace: ['text', 'Label of the Braze workspace that the row belongs to'],
} as const satisfies Record<string, ColumnSpec>
