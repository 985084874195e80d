// Decides the tables of the ledger that came with the service: what was asked for, what is paused, how a run spent its
// time, of what somebody was told.

import { SCOPE, type TableSpec } from './table-spec.ts'

export const SERVICE_TABLES = {
  triggers: {
    meaning: 'Runs that the service was asked for, or that its schedules asked for: they survive a restart',
    columns: {
      ...SCOPE,
      run: ['text', 'Id of the run; a dry run has no row in runs'],
      command: ['text', 'sync, apply or plan (a dry run)'],
      origin: ['text', 'request or schedule'],
      selection: ['text', 'JSON: the names and patterns that were asked for; empty for everything'],
      plan: ['text', 'The plan to apply, or the one that a dry run made'],
      status: ['text', 'queued, running, or how it ended'],
      asked_by: ['text', 'Name of the token that asked; empty for a schedule'],
      asked_at: ['timestamp', 'When it was asked for (UTC)'],
      ended_at: ['timestamp', 'When it ended (UTC)'],
      error: ['text', 'Why it failed'],
    },
    key: ['project', 'workspace', 'run'],
  },
  requests: {
    meaning: 'Requests with an Idempotency-Key, and the answer that each was given; rows go after a day',
    columns: {
      ...SCOPE,
      key_mark: ['text', 'Digest of the key and of who sent it'],
      body_mark: ['text', 'Digest of what was asked'],
      answer: ['text', 'JSON of the answer'],
      asked_at: ['timestamp', 'When it came (UTC)'],
    },
    key: ['project', 'workspace', 'key_mark'],
  },
  pauses: {
    meaning: 'What neither a schedule nor a trigger runs',
    columns: {
      ...SCOPE,
      sync: ['text', 'Name of the sync; empty for all of them'],
      since: ['timestamp', 'Since when (UTC)'],
      paused_by: ['text', 'Name of the token'],
      reason: ['text', 'Why, in the words of who paused it'],
    },
    key: ['project', 'workspace', 'sync'],
  },
  run_traces: {
    meaning: 'How the time of a run was spent, and what Braze answered',
    columns: {
      ...SCOPE,
      run: ['text', 'Id of the run'],
      stages: ['text', 'JSON: each stage with its sync, its start and its seconds'],
      statuses: ['text', 'JSON: requests by HTTP status; 0 stands for no reply'],
      throttled: ['bigint', 'Times that Braze said 429'],
      pace: ['float', 'Requests a second that the pace allowed last'],
    },
    key: ['project', 'workspace', 'run'],
  },
  alerts: {
    meaning: 'Of what somebody was told and what lasts still; a row goes when it is over',
    columns: {
      ...SCOPE,
      channel: ['text', 'How: slack, webhook or email'],
      sync: ['text', 'Name of the sync; empty for the run as a whole'],
      cause: ['text', 'failed, held, rejected, late or size'],
      since: ['timestamp', 'Since when it lasts (UTC)'],
      told_at: ['timestamp', 'When it was told last (UTC)'],
    },
    key: ['project', 'workspace', 'channel', 'sync', 'cause'],
  },
} as const satisfies Record<string, TableSpec>
