// Decides the names of the files that stand beside a state file. Pure.

export interface StateFiles {
  readonly state: string
  /** Says which process has the state. */
  readonly lock: string
  /** Where DuckDB spills what does not fit into memory. */
  readonly spill: string
  /** Rows on their way from another warehouse. */
  readonly import: string
}

export function stateFiles(state: string): StateFiles {
  return {
    state,
    lock: `${state}.lock`,
    spill: `${state}.spill`,
    import: `${state}.import.csv`,
  }
}
