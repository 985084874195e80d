// Decides what the API says of syncs: how they stand, what defines them, how near their guards are, how they went.

import { z } from 'zod'
import { count, limit, line, maybe, moment, named } from './named.ts'

/** Worst first: a sync shows the first one that is true of it. */
export const HEALTHS = [
  'paused',
  'failing',
  'held',
  'late',
  'rejecting',
  'partial',
  'orphan',
  'new',
  'healthy',
] as const

export const pauseShape = named(
  'Pause',
  z.strictObject({
    since: moment(),
    by: maybe(z.string()).describe('Name of the token'),
    reason: maybe(z.string()),
  }),
)

const schedule = z.strictObject({
  text: z.string().describe('As the author wrote it'),
  cron: z.string(),
  timezone: z.string(),
  jitter_seconds: count().describe('It comes so long after its nominal time, always the same'),
})

const syncLine = {
  name: z.string(),
  kind: z.string(),
  file: maybe(z.string()).describe('Null for an orphan'),
  description: z.string(),
  tags: z.array(z.string()),
  schedule: maybe(schedule).describe('Null for an orphan'),
  orphan: z.boolean().describe('No file makes it any more'),
  health: z.enum(HEALTHS),
  status: maybe(z.string()).describe('Of its last run; null when it never ran'),
  run: maybe(z.string()).describe('Its last run'),
  ended_at: maybe(moment()).describe('When that ended'),
  size: count().describe('People of whom Braze holds something because of it'),
  trend: z
    .array(count())
    .max(30)
    .describe('Its sizes after the last runs that are on record, oldest first: a sparkline'),
  settled_at: maybe(moment()),
  succeeded_at: maybe(moment()).describe('Its last success'),
  due: z.boolean(),
  next_at: maybe(moment()).describe('When it comes next'),
  held_by: z.array(z.string()),
  held_since: maybe(moment()),
  plan: maybe(z.string()).describe('The plan that waits for approval'),
  in_doubt: count(),
  rejected: count(),
  parked: count(),
  error: maybe(z.string()),
  paused: maybe(pauseShape),
}

export const syncSummary = named('SyncSummary', z.strictObject(syncLine))
export type SyncSummary = z.output<typeof syncSummary>

const guardMargin = named(
  'GuardMargin',
  z.strictObject({
    guard: z.enum(['max_removes', 'max_changes', 'min_rows']),
    limit: z.string().describe('As written: 20% or 500'),
    allowed: maybe(count()).describe('The limit in people (rows) now; null when it does not apply yet'),
    used: count().describe('People in the last 24 hours, or rows of the last run'),
    of: maybe(count()).describe('The size that a share is taken of'),
  }),
)

const write = z.strictObject({
  attribute: z.string(),
  element: maybe(z.string()).describe('Of a list attribute'),
  on_leave: z.string(),
})

const point = named(
  'SyncPoint',
  z.strictObject({
    run: z.string(),
    ended_at: moment(),
    status: z.string(),
    size: maybe(count()).describe('People after the run'),
    rows: count(),
    added: count(),
    changed: count(),
    removed: count(),
    sent: count(),
    rejected: count(),
  }),
)

export const syncDetail = named(
  'Sync',
  z.strictObject({
    ...syncLine,
    definition: maybe(
      z.strictObject({
        file: z.string(),
        text: z.string().describe('The whole file, header included'),
        hash: z.string(),
        settled_hash: maybe(z.string()).describe(
          'The definition that was settled last; differs after an edit',
        ),
      }),
    ),
    writes: z.array(write).describe('What it writes in Braze, as settled last'),
    guards: z.array(guardMargin),
    history: z.array(point).describe('Oldest first'),
  }),
)
export type SyncDetail = z.output<typeof syncDetail>

export const syncQuery = z.strictObject({ history: limit(100, 1000) })

export const syncList = named(
  'SyncList',
  z.strictObject({ syncs: z.array(syncSummary), paused: maybe(pauseShape).describe('Everything is paused') }),
)

export const pauseRequest = named(
  'PauseRequest',
  z.strictObject({ reason: line(0, 500).optional().describe('For people who wonder why') }),
)

export const pauseState = named(
  'PauseState',
  z.strictObject({
    sync: maybe(z.string()).describe('Null: everything'),
    paused: maybe(pauseShape),
  }),
)
