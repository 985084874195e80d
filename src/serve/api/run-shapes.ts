// Decides what the API says of runs: the same fields as `brazier sync --json`, and what led to the run.

import { z } from 'zod'
import { count, limit, line, maybe, moment, named, planId, runId, syncName } from './named.ts'

export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'partial', 'held', 'failed'] as const

const syncOfRun = named(
  'SyncOfRun',
  z.strictObject({
    name: z.string(),
    kind: z.string(),
    status: z.enum(['running', 'succeeded', 'partial', 'rejected', 'held', 'failed', 'skipped']),
    rows: count(),
    added: count(),
    changed: count(),
    removed: count(),
    unchanged: count(),
    sent: count(),
    rejected: count(),
    unknown: count(),
    data_points: count(),
    held_by: z.array(z.string()),
    plan: maybe(z.string()),
    error: maybe(z.string()),
  }),
)

/** Without `syncs` and `stages`: a line of a list. */
const runLine = {
  run: z.string(),
  status: z.enum(RUN_STATUSES),
  command: z.string().describe('sync, resync, apply, retire or plan (a dry run)'),
  trigger: z.enum(['schedule', 'request', 'shell']).describe('Who asked for it'),
  asked_by: maybe(z.string()).describe('Name of the token; null for a schedule and a shell'),
  dry_run: z.boolean(),
  select: maybe(z.array(z.string())).describe('What was asked for; empty for everything; null when unknown'),
  plan: maybe(z.string()).describe('The plan that it applies, or that a dry run made'),
  asked_at: maybe(moment()),
  started_at: maybe(moment()),
  ended_at: maybe(moment()),
  seconds: maybe(z.number().min(0)).describe('From start to end; so far, while it runs'),
  requests: count(),
  objects: count(),
  data_points: count(),
  error: maybe(z.strictObject({ message: z.string(), hint: maybe(z.string()) })),
}

export const runSummary = named('RunSummary', z.strictObject(runLine))
export type RunSummary = z.output<typeof runSummary>

const stage = named(
  'Stage',
  z.strictObject({
    stage: z.enum(['lease', 'recover', 'candidates', 'outbox', 'send', 'settle']),
    sync: maybe(z.string()),
    offset: z.number().min(0).describe('Seconds from the start of the run to the start of the stage'),
    seconds: z.number().min(0),
  }),
)

export const runDetail = named(
  'Run',
  z.strictObject({
    ...runLine,
    syncs: z.array(syncOfRun),
    stages: z.array(stage).describe('In order; empty when nobody watched it'),
    statuses: z.record(z.string(), count()).describe('Requests to Braze by HTTP status; 0: no reply'),
    throttled: count().describe('Times that Braze said 429'),
    pace: maybe(z.number()).describe('Requests a second that the pace allowed last'),
    pace_limit: z.number().describe('braze.requests_per_second'),
    live: maybe(z.lazy(() => progressShape)).describe('Where it is now; null unless it runs in this process'),
  }),
)
export type RunDetail = z.output<typeof runDetail>

/** Data of the event `progress`. */
export const progressShape = named(
  'Progress',
  z.strictObject({
    run: z.string(),
    stage: z.enum(['lease', 'recover', 'candidates', 'outbox', 'send', 'settle']),
    sync: maybe(z.string()).describe('The sync that is being read'),
    done: count().describe('Syncs read, or people sent'),
    total: count().describe('Of so many; 0 when there is nothing to count'),
    requests: count(),
    pace: maybe(z.number()),
    seconds: z.number().min(0).describe('Since the start of the run'),
  }),
)
export type ProgressView = z.output<typeof progressShape>

export const runPage = named(
  'RunPage',
  z.strictObject({
    runs: z.array(runSummary).describe('Newest first, those that are queued included'),
    next: maybe(z.string()).describe('Give it as `before` for the next page; null at the end'),
  }),
)

export const runsQuery = z.strictObject({
  limit: limit(50, 200),
  before: runId().optional().describe('Only runs older than this one'),
  sync: syncName().optional().describe('Only runs of this sync'),
})

export const runRequest = named(
  'RunRequest',
  z.strictObject({
    select: z
      .array(line(1, 200))
      .max(500)
      .default([])
      .describe('Names, globs, tag:winback, kind:audience, schedule:hourly; everything without'),
    dry_run: z.boolean().default(false).describe('Only plan: nothing is sent; the run names the plan'),
  }),
)

export const runAccepted = named(
  'RunAccepted',
  z.strictObject({
    run: z.string().describe('Follow it at /api/v1/runs/{run}'),
    joined: z.boolean().describe('It was waiting already, and now does this as well'),
    left_out: z.array(z.string()).describe('Syncs that were asked for and are paused'),
  }),
)
export type RunAccepted = z.output<typeof runAccepted>

export const runParams = z.strictObject({ run: runId() })
export const planParams = z.strictObject({ id: planId() })
export const syncParams = z.strictObject({ name: syncName() })

/** One event of the stream: `data` is the JSON of a Run or a Progress. */
export const runEvent = named(
  'RunEvent',
  z.strictObject({ event: z.enum(['run', 'progress']), data: z.string() }),
)
