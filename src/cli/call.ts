// Decides what every command is handed: where the project is, how to speak, when to stop.

import type { Log } from '../model/log.ts'
import type { Progress } from '../run/context.ts'
import type { Output } from './output.ts'
import type { Hider } from './secrets.ts'
import type { Signals } from './signals.ts'

export interface Call {
  /** The folder in which the command was typed. */
  readonly startedIn: string
  /** Absolute path of the project. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly json: boolean
  readonly verbose: boolean
  /** Identities may be shown: asked for, or the result goes to a terminal. */
  readonly showIds: boolean
  readonly version: string
  readonly output: Output
  readonly hider: Hider
  readonly signals: Signals
  /** Opened by the commands that take long. */
  readonly openTeller: () => Promise<Teller>
}

/** Tells what goes on while a command works: on a terminal a bar that moves, elsewhere lines of a log. */
export interface Teller {
  readonly log: Log
  progress(progress: Progress): void
  close(): void
}
