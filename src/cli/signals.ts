// Decides what SIGTERM and SIGINT do: the first one asks everybody to finish and settle, a later one ends the process.

import { BrazierError } from '../model/errors.ts'

type StopSignal = 'SIGTERM' | 'SIGINT'

/** 128 and the signal's number, as shells count. */
const EXIT_CODES: Readonly<Record<StopSignal, number>> = { SIGTERM: 143, SIGINT: 130 }

/**
 * npm hands on a signal that the terminal has already sent to the whole group: one Ctrl-C arrives twice within
 * milliseconds, and is one wish.
 */
const SAME_WISH_MS = 500

/** Told to stop; whatever was under way is settled. */
export class StoppedError extends BrazierError {
  override readonly exitCode: number

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`, {
      hint: 'What Braze had acknowledged is settled; the next run does the rest.',
    })
    this.exitCode = EXIT_CODES[signal]
  }
}

/** What somebody is told who sends the first one: the sandbox and the service listen until then, with nothing to finish. */
export const farewell = (signal: StopSignal, words: readonly string[]): string => {
  // A folder may be called so, too.
  const command = words.find(
    (word, i) => !word.startsWith('-') && !/^(?:-p|--project)$/.test(words[i - 1] ?? ''),
  )
  const next = command === 'sandbox' || command === 'serve' ? 'stopping' : 'finishing what is under way'
  return `${signal}: ${next}; once more to leave at once`
}

export interface Signals {
  /** Its reason is a StoppedError. */
  readonly stop: AbortSignal
  /** What the process exits with once it was told to stop. */
  readonly exitCode: number | undefined
}

export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown
}

export function listen(
  source: SignalSource,
  on: { readonly first: (signal: StopSignal) => void; readonly again: (exitCode: number) => void },
  clock: () => number,
): Signals {
  const stop = new AbortController()
  let first: { readonly at: number; readonly exitCode: number } | undefined
  const heard = (signal: StopSignal) => {
    if (first === undefined) {
      first = { at: clock(), exitCode: EXIT_CODES[signal] }
      on.first(signal)
      stop.abort(new StoppedError(signal))
    } else if (clock() - first.at >= SAME_WISH_MS) {
      on.again(EXIT_CODES[signal])
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) source.on(signal, () => heard(signal))
  return {
    stop: stop.signal,
    get exitCode() {
      return first?.exitCode
    },
  }
}
