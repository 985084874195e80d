// Decides when OpenLineage events leave: one as each sync of a run begins, one as it ends. In bounded time, and never to the
// harm of the run: what goes wrong is logged once.

import { randomUUID } from 'node:crypto'
import { codeOf, PostError, post } from '../alerts/post.ts'
import type { Log } from '../model/log.ts'
import type { RunReport } from '../run/report.ts'
import { endEvent, type Job, type Scene, startEvent } from './event.ts'

export interface LineageSettings extends Scene {
  /** Where events are posted to. */
  readonly url: string
  readonly apiKey?: string
}

export interface Lineage {
  /** Returns at once; the events leave while the run works. */
  started(syncs: readonly { readonly name: string; readonly sql: string }[], at: Date): void
  /** Resolves once the events have left, or could not. */
  ended(report: RunReport, at: Date): Promise<void>
}

/** All events of a beginning, or of an end, may take so long together. */
const ALL_MS = 5000
const AT_ONCE = 8

/** For one run. */
export function openLineage(settings: LineageSettings, log: Log): Lineage {
  const jobs = new Map<string, Job>()
  let starting: Promise<void> = Promise.resolve()
  const jobOf = (sync: string): Job => jobs.get(sync) ?? { runId: randomUUID(), sync, sql: undefined }
  return {
    started: (syncs, at) => {
      for (const { name, sql } of syncs) jobs.set(name, { ...jobOf(name), sql })
      const events = [...jobs.values()].map((job) => startEvent(job, settings, at.toISOString()))
      starting = sendAll(events, settings, log)
    },
    ended: async (report, at) => {
      await starting
      const events = report.syncs.flatMap((sync) => {
        const job = jobOf(sync.name)
        const end = endEvent(job, settings, { at: at.toISOString(), report: sync })
        // A saved plan names its syncs only at the end; an end without a beginning is no lineage.
        return jobs.has(sync.name) ? [end] : [startEvent(job, settings, report.startedAt), end]
      })
      await sendAll(events, settings, log)
    },
  }
}

async function sendAll(events: readonly unknown[], settings: LineageSettings, log: Log): Promise<void> {
  const waiting = events.values()
  const signal = AbortSignal.timeout(ALL_MS)
  const reasons: string[] = []
  const work = async () => {
    for (const event of waiting) {
      if (signal.aborted) reasons.push('no answer in time')
      else await send(event, settings, signal).catch((error: unknown) => reasons.push(reasonOf(error)))
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, events.length) }, work))
  if (reasons.length > 0)
    log.warn('lineage.not_sent', { events: reasons.length, of: events.length, reason: reasons[0] ?? '' })
}

async function send(event: unknown, { url, apiKey, version }: LineageSettings, signal: AbortSignal) {
  const headers = {
    'content-type': 'application/json',
    'user-agent': `brazier/${version}`,
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  await post({ url, headers, body: JSON.stringify(event), signal })
}

const reasonOf = (error: unknown): string => (error instanceof PostError ? error.message : codeOf(error))
