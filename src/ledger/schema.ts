// Decides the tables of the ledger that do not depend on a sync: their columns, and what each column means.
// The data team may read all of them; docs/ledger.md is checked against the descriptions here.

import type { Dialect } from '../warehouse/port.ts'
import { SERVICE_TABLES } from './service-tables.ts'
import { SCOPE, type TableSpec } from './table-spec.ts'

export const TABLES = {
  migrations: {
    meaning: 'Versions of this schema, in the order in which they were applied',
    columns: {
      version: ['bigint', 'Number of the migration'],
      applied_at: ['timestamp', 'When it was applied (UTC)'],
    },
    key: ['version'],
  },
  destinations: {
    meaning: 'The one Braze that a project and workspace write to',
    columns: {
      ...SCOPE,
      origin: ['text', 'Origin of the REST endpoint'],
      key_mark: [
        'text',
        'Short digest of the last API key used, to notice a new one; the key itself is never kept',
      ],
      since: ['timestamp', 'First run against this origin (UTC)'],
    },
    key: ['project', 'workspace'],
  },
  lease: {
    meaning: 'Who may send and settle now; one row per project and workspace',
    columns: {
      ...SCOPE,
      holder: ['text', 'Random token of the holding process; empty when nobody holds it'],
      fence: ['bigint', 'Grows with every new holder; a settle with an older number is refused'],
      certified: ['boolean', 'Whether a lock dies with the holder, so that a free lock means a dead holder'],
      expires_at: ['timestamp', 'When the lease ends unless renewed, by the clock of the store (UTC)'],
      run: ['text', 'The run for which it is held'],
      place: ['text', 'Host and process of the holder, for people'],
    },
    key: ['project', 'workspace'],
  },
  runs: {
    meaning: 'One row per run',
    columns: {
      ...SCOPE,
      run: ['text', 'Id of the run; sorts by time'],
      command: ['text', 'What started it: sync, apply, resync, retire'],
      plan: ['text', 'The plan that it carried out'],
      status: ['text', 'running, succeeded, partial, held or failed'],
      phase: ['text', 'planning, sending or done: what recovery has to settle'],
      fence: ['bigint', 'The lease number under which it ran'],
      batch_size: ['bigint', 'Objects per request in its outbox'],
      started_at: ['timestamp', 'When it started (UTC)'],
      ended_at: ['timestamp', 'When it ended (UTC); empty while it runs'],
      requests: ['bigint', 'Requests that left for Braze'],
      objects: ['bigint', 'Objects (people) that were sent'],
      data_points: ['bigint', 'Attribute writes among them, as Braze bills them'],
      error: ['text', 'Why it failed, without any data of a person'],
    },
    key: ['project', 'workspace', 'run'],
  },
  run_syncs: {
    meaning: 'One row per run and sync: what it found, what became of it',
    columns: {
      ...SCOPE,
      run: ['text', 'Id of the run'],
      sync: ['text', 'Name of the sync'],
      kind: ['text', 'audience or properties'],
      status: ['text', 'succeeded, partial, rejected, held, failed or skipped'],
      rows_read: ['bigint', 'Rows that the SQL returned'],
      added: ['bigint', 'People who entered'],
      changed: ['bigint', 'People who stayed and whose values changed'],
      removed: ['bigint', 'People who left'],
      unchanged: ['bigint', 'People for whom nothing changed'],
      sent: ['bigint', 'People of this sync whom Braze accepted'],
      rejected: ['bigint', 'People of this sync with something refused, by Braze or before sending'],
      unknown: ['bigint', 'People whose outcome is not known; they are in doubt'],
      data_points: ['bigint', 'Attribute writes of this sync that were accepted'],
      size_before: ['bigint', 'People in the snapshot before the run'],
      size_after: ['bigint', 'People in the snapshot after the run'],
      removes: [
        'text',
        'JSON: accepted removes, for leavers and for each attribute; the guard sums them over 24 hours',
      ],
      held_by: ['text', 'JSON: the guards that held the sync'],
      held_since: ['timestamp', 'Since when it is held for the same reason (UTC)'],
      plan: ['text', 'The plan that waits for approval, when held'],
      error: ['text', 'Why it failed'],
      hash: ['text', 'Digest of the definition that ran; see sql_versions'],
      source_time: ['text', 'Moment up to which the data was complete'],
      slot: ['timestamp', 'Nominal time of the schedule slot that this run covers (UTC)'],
      settled: ['boolean', 'Whether the snapshot took what was accepted'],
      stopped_after: [
        'bigint',
        'Last outbox number that still carried this sync, when it was stopped midway',
      ],
      ended_at: ['timestamp', 'When the sync ended (UTC)'],
    },
    key: ['project', 'workspace', 'run', 'sync'],
  },
  sql_versions: {
    meaning: 'Every definition that has run, so that an old row of history can be explained',
    columns: {
      ...SCOPE,
      sync: ['text', 'Name of the sync'],
      hash: ['text', 'Digest of the definition'],
      sql: ['text', 'The SELECT'],
      since: ['timestamp', 'First run with it (UTC)'],
    },
    key: ['project', 'workspace', 'sync', 'hash'],
  },
  syncs: {
    meaning: 'What the ledger knows of each sync: its snapshot and its last settled definition',
    columns: {
      ...SCOPE,
      sync: ['text', 'Name of the sync'],
      snapshot: ['text', 'Name of its snapshot table'],
      version: ['bigint', 'Grows with every settle; a plan notes the one it saw'],
      moved_by: ['text', 'The plan whose settle moved the version last'],
      moved_from: ['bigint', 'The version before that plan moved it first'],
      size: ['bigint', 'People in the snapshot'],
      definition: ['text', 'JSON of the last settled definition: identity, writes, policies'],
      source_time: ['text', 'Newest moment up to which settled data was complete'],
      settled_at: ['timestamp', 'Last settle (UTC)'],
      refresh_cursor: ['bigint', 'Where the refresh of an update-only sync goes on'],
    },
    key: ['project', 'workspace', 'sync'],
  },
  plans: {
    meaning: 'Saved plans',
    columns: {
      ...SCOPE,
      plan: ['text', 'Id of the plan; sorts by time'],
      status: ['text', 'making, open, applying, applied, expired or replaced'],
      origin: ['text', 'Origin of the Braze that it was made for'],
      created_at: ['timestamp', 'When it was made (UTC)'],
      command: ['text', 'plan, sync, resync or retire'],
      objects: ['bigint', 'Objects (people) that it would send'],
      batch_size: ['bigint', 'Objects per request'],
      syncs: ['bigint', 'Syncs that it plans; that many delta tables may exist'],
    },
    key: ['project', 'workspace', 'plan'],
  },
  plan_syncs: {
    meaning: 'One row per plan and sync; its delta is a table of its own while the plan may still be applied',
    columns: {
      ...SCOPE,
      plan: ['text', 'Id of the plan'],
      sync: ['text', 'Name of the sync'],
      position: ['bigint', 'Order within the plan'],
      delta: ['text', 'Name of its delta table; empty when the rows are gone'],
      version: ['bigint', 'Snapshot version that the plan saw'],
      definition: ['text', 'JSON of the definition that was planned'],
      numbers: ['text', 'JSON of the numbers: adds, changes, removes, data points …'],
      held_by: ['text', 'JSON: the guards that it trips'],
      hash: ['text', 'Digest of the definition'],
      source_time: ['text', 'Moment up to which the data was complete'],
    },
    key: ['project', 'workspace', 'plan', 'sync'],
  },
  acks: {
    meaning:
      'What became of the batches of a run that is under way; rows go when it is settled (BigQuery: in a table of the run’s own)',
    columns: {
      ...SCOPE,
      run: ['text', 'Id of the run'],
      first_seq: ['bigint', 'First number of the outbox rows meant'],
      last_seq: ['bigint', 'Last number, inclusive'],
      outcome: ['text', 'started, accepted or unknown'],
    },
  },
  refusals: {
    meaning:
      'People whom Braze refused in a run that is under way; rows go when it is settled (BigQuery: in a table of the run’s own)',
    columns: {
      ...SCOPE,
      run: ['text', 'Id of the run'],
      seq: ['bigint', 'Number of the outbox row'],
      attribute: ['text', 'The refused attribute; empty for the person as a whole'],
      reason: ['text', 'Why, in the words of Braze'],
      may_hold: [
        'boolean',
        'Braze may have taken some of it all the same; the person is then in doubt as well',
      ],
    },
  },
  doubt: {
    meaning: 'People of whom it is not known whether Braze took the last write',
    columns: {
      ...SCOPE,
      sync: ['text', 'Name of the sync'],
      k: ['text', 'The person'],
      reason: [
        'text',
        'unknown (a write without an answer), resync (asked for); omitted (after a write without an answer Braze may hold a value where the query now says NULL, under nulls: omit; it waits until a value is sent or the person leaves)',
      ],
      since: ['timestamp', 'Since when (UTC)'],
    },
  },
  rejections: {
    meaning: 'What was refused, by Braze or before sending, and is not settled since',
    columns: {
      ...SCOPE,
      sync: ['text', 'Name of the sync'],
      k: ['text', 'The person; empty for rows without a key'],
      attribute: ['text', 'The refused attribute; empty for the person as a whole'],
      source: ['text', 'braze, or brazier for values that Braze would drop silently'],
      reason: ['text', 'Why'],
      value_mark: ['text', 'Digest of what was refused, to notice that it changed'],
      attempts: ['bigint', 'Tries with this same value'],
      parked: ['boolean', 'Not tried again until the value changes'],
      run: ['text', 'The last run that met it'],
      first_at: ['timestamp', 'First time (UTC)'],
      last_at: ['timestamp', 'Last time (UTC)'],
    },
  },
  history: {
    meaning:
      'Who entered or left what, and what was sent, when and by which run; first loads are not here but in the snapshots (since)',
    columns: {
      ...SCOPE,
      sync: ['text', 'Name of the sync'],
      k: ['text', 'The person'],
      op: ['text', 'add, change or remove'],
      members: ['text', 'What was sent, as JSON members'],
      run: ['text', 'Id of the run'],
      settled_at: ['timestamp', 'When it was settled (UTC)'],
    },
    log: { moment: 'settled_at', key: 'run' },
  },
  tombstones: {
    meaning: 'Erased people, who are never sent again; only a digest of the identity is kept',
    columns: {
      ...SCOPE,
      identity: ['text', 'Kind of identity: external_id, email …'],
      k_mark: ['text', 'Digest of the identity'],
      since: ['timestamp', 'When the person was erased (UTC)'],
    },
  },
  ...SERVICE_TABLES,
} as const satisfies Record<string, TableSpec>

export type TableName = keyof typeof TABLES

/** CREATE TABLE IF NOT EXISTS for one table of the ledger; `own` names one like it that a single run has to itself. */
export function createTable(dialect: Dialect, name: TableName, own?: string): string {
  const spec: TableSpec = TABLES[name]
  const columns = Object.entries(spec.columns).map(
    ([column, [type]]) => `${dialect.ident(column)} ${dialect.types[type]}`,
  )
  const key = spec.key === undefined ? '' : dialect.primaryKey(spec.key)
  const grown = spec.log === undefined ? '' : dialect.logTable(spec.log.moment, spec.log.key)
  const layout = own === undefined ? grown : dialect.runTable('run')
  return `create table if not exists ${dialect.table(own ?? name)} (\n  ${columns.join(',\n  ')}${key === '' ? '' : `,\n  ${key}`}\n)${layout}`
}

/** Forward migrations, in order; a released one is never edited. Each is a list of single statements. */
export const MIGRATIONS: readonly { readonly version: number; statements(dialect: Dialect): string[] }[] = [
  {
    version: 1,
    statements: (dialect) => (Object.keys(TABLES) as TableName[]).map((name) => createTable(dialect, name)),
  },
  {
    version: 2,
    statements: (dialect) =>
      (Object.keys(SERVICE_TABLES) as TableName[]).map((name) => createTable(dialect, name)),
  },
]
