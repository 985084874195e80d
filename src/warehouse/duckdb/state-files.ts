// Decides the names of the files that stand beside a state file. Pure.

export interface StateFiles {
  readonly state: string
  /** Says which process has the state. */
  readonly lock: string
  /** A database for candidates: emptied with every opening, so that the state does not grow by them. */
  readonly scratch: string
  /** Where DuckDB spills what does not fit into memory. */
  readonly spill: string
  /** Rows on their way from another warehouse. */
  readonly import: string
}

export function stateFiles(state: string): StateFiles {
  return {
    state,
    lock: `${state}.lock`,
    scratch: `${state}.scratch`,
    spill: `${state}.spill`,
    import: `${state}.import.csv`,
  }
}
