// Decides what the bar on a terminal shows of each stage of a run.

import cliProgress, { type GenericFormatter } from 'cli-progress'
import type { Progress } from '../run/context.ts'
import { count, length } from './format.ts'

const BAR_WIDTH = 24

export interface Bar {
  show(progress: Progress): void
  /** Runs `work` with the bar out of the way. */
  aside(work: () => void): void
  close(): void
}

export function openBar(stream: NodeJS.WritableStream): Bar {
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
