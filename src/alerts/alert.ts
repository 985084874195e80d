// Decides what an alert is: one cause that stands against one sync, or against the run as a whole.

/** Worst first. */
export const CAUSES = ['failed', 'held', 'rejected', 'late', 'size'] as const
export type Cause = (typeof CAUSES)[number]

export interface Alert {
  /** Empty for the run as a whole. */
  readonly sync: string
  readonly cause: Cause
  /** ISO 8601 in UTC. */
  readonly since: string
  /** What happened, for people: counts and names of syncs and attributes, never anything of a person. */
  readonly text: string
  /** What to do about it. */
  readonly hint?: string
}

/** A sync, or the run as a whole, about which somebody was told and that is well again. */
export interface Recovery {
  readonly sync: string
  readonly causes: readonly Cause[]
  readonly since: string
}
