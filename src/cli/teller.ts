// Decides what somebody sees of a run while it works: a bar on a terminal, a log line now and then elsewhere.

import type { Log } from '../model/log.ts'
import type { Teller } from './call.ts'
import { jsonLog, logLevel, plainLog } from './log.ts'
import { paintFor, wantsColour } from './paint.ts'
import type { Hider } from './secrets.ts'

/** Milliseconds between two log lines of one stage. */
const QUIET_MS = 10_000

export interface TellerOptions {
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly verbose: boolean
  readonly color: boolean
  readonly hider: Hider
  readonly clock: () => number
}

export async function openTeller(options: TellerOptions): Promise<Teller> {
  const { stderr, env, hider } = options
  const level = logLevel(env.LOG_LEVEL, options.verbose)
  const write = (line: string) => void stderr.write(hider.hide(line))
  if (stderr.isTTY !== true) return loggingTeller(jsonLog(level, write), options.clock)
  const paint = paintFor(options.color && wantsColour(stderr, env))
  const { openBar } = await import('./bar.ts')
  const bar = openBar(stderr)
  const log = plainLog(level, paint, (line) => bar.aside(() => write(line)))
  return { log, progress: bar.show, close: bar.close }
}

/** A line when a stage or its sync changes, and one every ten seconds while it lasts. */
export function loggingTeller(log: Log, clock: () => number): Teller {
  let last: { readonly what: string; readonly at: number } | undefined
  return {
    log,
    progress: (progress) => {
      const what = 'sync' in progress ? `${progress.stage} ${progress.sync}` : progress.stage
      if (last?.what === what && clock() - last.at < QUIET_MS) return
      last = { what, at: clock() }
      const { stage, ...fields } = progress
      log.info(`run.${stage}`, fields)
    },
    close: () => {},
  }
}
