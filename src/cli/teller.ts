// Decides what somebody sees of a run while it works: a bar on a terminal, a log line now and then elsewhere.

import cliProgress, { type GenericFormatter } from 'cli-progress'
import type { Log } from '../model/log.ts'
import type { Progress } from '../run/context.ts'
import type { Teller } from './call.ts'
import { count, length } from './format.ts'
import { jsonLog, logLevel, plainLog } from './log.ts'
import { paintFor, wantsColour } from './paint.ts'
import type { Hider } from './secrets.ts'

/** Milliseconds between two log lines of one stage. */
const QUIET_MS = 10_000
const BAR_WIDTH = 24

export interface TellerOptions {
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly verbose: boolean
  readonly color: boolean
  readonly hider: Hider
  readonly clock: () => number
}

export function openTeller(options: TellerOptions): Teller {
  const { stderr, env, hider } = options
  const level = logLevel(env.LOG_LEVEL, options.verbose)
  const write = (line: string) => void stderr.write(hider.hide(line))
  if (stderr.isTTY !== true) return loggingTeller(jsonLog(level, write), options.clock)
  const paint = paintFor(options.color && wantsColour(stderr, env))
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

interface Bar {
  show(progress: Progress): void
  /** Runs `work` with the bar out of the way. */
  aside(work: () => void): void
  close(): void
}

function openBar(stream: NodeJS.WritableStream): Bar {
  let shown: { readonly total: number; readonly value: number; readonly text: string } | undefined
  const bar = new cliProgress.SingleBar({
    stream,
    format,
    clearOnComplete: true,
    // Signals are answered elsewhere; a hidden cursor would stay hidden after a kill.
    gracefulExit: false,
    hideCursor: false,
    linewrap: false,
    etaBuffer: 50,
  })
  const start = () => {
    if (shown !== undefined) bar.start(shown.total, shown.value, { text: shown.text })
  }
  const pause = () => {
    if (shown !== undefined) bar.stop()
  }
  return {
    show: (progress) => {
      const next = sight(progress)
      const goesOn = shown?.total === next.total
      if (!goesOn) pause()
      shown = next
      if (goesOn) bar.update(next.value, { text: next.text })
      else start()
    },
    aside: (work) => {
      pause()
      work()
      start()
    },
    close: () => {
      pause()
      shown = undefined
    },
  }
}

/** What a stage looks like; a total of 0 means that there is nothing to count. */
export function sight(progress: Progress): {
  readonly text: string
  readonly value: number
  readonly total: number
} {
  switch (progress.stage) {
    case 'lease':
      return { text: 'waiting for the lease', value: 0, total: 0 }
    case 'recover':
      return { text: 'settling a run that died', value: 0, total: 0 }
    case 'candidates':
      return { text: `reading ${progress.sync}`, value: progress.done, total: progress.total }
    case 'outbox':
      return { text: `packed ${count(progress.objects)} people`, value: 0, total: 0 }
    case 'send':
      return {
        text: `sending, ${count(progress.requests)} requests`,
        value: progress.objects,
        total: progress.total,
      }
    case 'settle':
      return { text: 'settling', value: 0, total: 0 }
  }
}

const format: GenericFormatter = (_options, { progress, total, value, eta }, payload: { text?: string }) => {
  const text = payload.text ?? ''
  if (total === 0) return text
  const full = Math.round(Math.min(1, progress) * BAR_WIDTH)
  const left = Number.isFinite(eta) && eta > 0 ? `, ${length(eta)} left` : ''
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${count(value)}/${count(total)} ${text}${left}`
}
