// Decides how the program says that something is wrong: one base class, and one class for each party who must act.
// Every message says what happened and where; `hint` says what to do next. No message carries a person's data or a key.

export interface ErrorDetail {
  /** What to do next, as a sentence. */
  readonly hint?: string
  readonly cause?: unknown
}

export class BrazierError extends Error {
  /** The process exit code that this error leads to (README, "Exit codes"). */
  readonly exitCode: number = 1
  readonly hint: string | undefined

  constructor(message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = new.target.name
    this.hint = detail.hint
  }
}

/** One thing wrong with a definition or the configuration. `line` counts from 1. */
export interface Problem {
  readonly file: string
  readonly line?: number
  readonly message: string
  readonly hint?: string
}

/** The project or the command line is wrong: its author must act. Lists every problem at once. */
export class ProjectError extends BrazierError {
  override readonly exitCode = 2
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'))
    this.problems = problems
  }
}

/** `file:line: message` and, on a line of its own, what to do. */
export function problemText(problem: Problem): string {
  const where = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`
  return `${where}: ${problem.message}${problem.hint === undefined ? '' : `\n    ${problem.hint}`}`
}

/** The command line asks for something that makes no sense. */
export class UsageError extends BrazierError {
  override readonly exitCode = 2
}

/** What the warehouse says of one sync's SQL or result: fails that sync, never the others. */
export class SyncError extends BrazierError {}

/** The warehouse or the store cannot be reached, or refuses us. */
export class WarehouseError extends BrazierError {}

/** The database takes one statement of ours for impossible, and goes on: while a sync is planned it concerns that sync alone. */
export class StatementError extends WarehouseError {}

/** Braze cannot be reached, or refuses us as a whole (key, permission, address). */
export class BrazeError extends BrazierError {
  /** True when the request may have been applied although no answer says so. */
  readonly mayHaveArrived: boolean

  constructor(message: string, detail: ErrorDetail & { readonly mayHaveArrived?: boolean } = {}) {
    super(message, detail)
    this.mayHaveArrived = detail.mayHaveArrived ?? false
  }
}

/** Somebody else holds the lease (or the state file). */
export class LeaseHeldError extends BrazierError {
  override readonly exitCode = 75
}

/** Our lease was taken over, or ran out: nothing more may be sent or settled. */
export class LeaseLostError extends BrazierError {}

/** A run that was asked for once was carried out already, by another process. */
export class AlreadyRunError extends BrazierError {}

/** A saved plan no longer describes what is there. */
export class StalePlanError extends BrazierError {}

/** Any thrown value as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
