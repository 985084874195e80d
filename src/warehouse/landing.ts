// Decides how candidates get from a warehouse into a store that is another database: as one CSV file.

import type { ValueKind } from '../model/words.ts'

/** Makes the table `table` (a name for `Dialect.candidateTable`) from a file that `write` fills. */
export interface Landing {
  load(
    target: { readonly table: string; readonly columns: readonly LandingColumn[] },
    write: (path: string) => Promise<void>,
  ): Promise<void>
}

export interface LandingColumn {
  readonly name: string
  readonly kind: ValueKind
}

/**
 * Longest text that crosses, in bytes, and the characters to which a longer one is cut. Only a key that is refused as too
 * long is ever longer; in full it might exceed what a CSV reader takes for one line.
 */
export const LANDING_TEXT = { maxBytes: 4_000, cutCharacters: 1_000 } as const
