// Decides what config/brazier.yaml may say: every section, its keys, their forms and what they become when read.
// The JSON Schema for editors is made from this.

import { z } from 'zod'
import { alertsSchema } from './alert-settings.ts'
import {
  bytes,
  duration,
  limit,
  price,
  share,
  someText,
  textList,
  wholeNumber,
  yesOrNo,
} from './field-schema.ts'
import { MAX_OBJECTS_PER_REQUEST } from './limits.ts'
import { ROLES } from './words.ts'

const DAY = 86_400
/** Requests to /users/track that Braze admits at most (Braze docs, "API limits": 3,000 in 3 seconds). */
const MOST_REQUESTS_PER_SECOND = 100_000
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/
const identifier = () => z.string().regex(IDENTIFIER, { error: 'must be a name of letters, digits and _' })

const memory = () => {
  const error = 'must be an amount of memory such as 512MB or 2GB'
  return z.string({ error }).regex(/^\d+(\.\d+)? *[KMGT]i?B$/, { error })
}

const duckdbWarehouse = z.strictObject({
  type: z.literal('duckdb'),
  path: someText()
    .describe('The database file, attached read-only. Without it, only what init creates is there.')
    .optional(),
  init: textList().describe('SQL that runs first, such as create view … as from …').optional(),
})

const postgresWarehouse = z.strictObject({
  type: z.literal('postgres'),
  url: someText().describe('postgres://user:password@host:5432/database'),
  schema: identifier().describe('The schema of names without one.').optional(),
  statement_timeout: duration().describe('The longest that one query may take.').optional(),
})

/** BigQuery bills no less for a table that a statement touches ("Pricing"). */
const LEAST_BILLED = 10 * 1024 ** 2

const bigqueryWarehouse = z.strictObject({
  type: z.literal('bigquery'),
  project: z
    .string()
    .regex(/^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/, {
      error: 'must be the id of a Google Cloud project, such as my-shop-123',
    })
    .describe('The Google Cloud project that runs and pays for the queries.'),
  location: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: 'must be a location such as EU or europe-west3' })
    .describe('Where the data is, such as EU or europe-west3. Default US.')
    .optional(),
  dataset: identifier().describe('The dataset of our own, default brazier.').optional(),
  default_dataset: identifier().describe('The dataset of names without one in your SQL.').optional(),
  max_bytes_billed: bytes(LEAST_BILLED, '10 MiB')
    .describe('Bytes that one statement may bill, default 1 TiB.')
    .optional(),
  price_per_tib: price().describe('What BigQuery charges for 1 TiB, default 6.25.').optional(),
  credentials_file: someText().describe("A service account's key file. Best left out.").optional(),
  impersonate: z
    .string()
    .regex(/^[^@\s]+@[^@\s]+\.gserviceaccount\.com$/, {
      error: 'must be the e-mail address of a service account',
    })
    .describe('The service account to act as.')
    .optional(),
  api_endpoint: someText().describe('Another address of BigQuery: an emulator, or a private one.').optional(),
  timeout: duration().describe('The longest that one statement may take, default 30m.').optional(),
  concurrency: wholeNumber(1, 100).describe('Syncs that are evaluated at once, default 8.').optional(),
})

const store = z.strictObject({
  type: z.enum(['warehouse', 'duckdb']).describe('Where the ledger lives.').optional(),
  schema: identifier().describe('In the warehouse: the schema of our own.').optional(),
  path: someText().describe('DuckDB: the state file.').optional(),
  memory_limit: memory().describe('DuckDB: memory of the database, default 448MB.').optional(),
  threads: wholeNumber(1, 256).optional(),
  ephemeral: yesOrNo().describe('DuckDB: allow a file on a disk that does not last.').optional(),
})

const braze = z.strictObject({
  endpoint: someText().describe(
    'The REST endpoint of your Braze cluster, such as https://rest.fra-01.braze.eu',
  ),
  api_key: someText()
    .describe('A REST API key with the permission users.track. Best read from the environment.')
    .optional(),
  workspace: someText().describe('A label for the Braze workspace, default production.').optional(),
  requests_per_second: wholeNumber(1, MOST_REQUESTS_PER_SECOND)
    .describe('A ceiling, default 200.')
    .optional(),
  reserve: share().describe('Share of an hourly limit that is left to others, default 20%.').optional(),
  objects_per_request: wholeNumber(1, MAX_OBJECTS_PER_REQUEST).optional(),
  request_timeout: duration().describe('Default 30s.').optional(),
  give_up_after: duration().describe('How long Braze may be out of reach, default 10 minutes.').optional(),
  max_connections: wholeNumber(1, 1000).describe('Default: a quarter of requests_per_second.').optional(),
  max_attempts: wholeNumber(1, 1000).describe('Tries before a rejected row is parked, default 5.').optional(),
  allow_any_host: yesOrNo().describe('Send the key to a host that is not one of Braze.').optional(),
})

export const guardsSchema = z.strictObject({
  max_removes: limit().describe('Most removes in a day: people, or a share such as 20%.').optional(),
  max_changes: limit().describe('Most people whose values change: people, or a share.').optional(),
  min_rows: wholeNumber(0).describe('Fewest rows that the SQL may return.').optional(),
})

/** Of the project's defaults and of a header. */
export const jitter = () =>
  duration().describe(
    'Spreads syncs of one schedule over so long; each comes at its own moment, always the same.',
  )
export const catchUp = () =>
  duration(60, '1m').describe(
    'A slot that was missed for longer is left out. Default: it waits for the next one.',
  )

const SHA256 = /^[0-9a-f]{64}$/

const service = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9][\w.@-]{0,63}$/, {
            error: 'must be a name of letters, digits, _, ., @ and -, 64 at most',
          })
          .describe('Who has it, for people.'),
        role: z.enum(ROLES).describe('viewer, operator or admin.'),
        sha256: z
          .string()
          .regex(SHA256, { error: 'must be a SHA-256 in 64 hexadecimal digits, small letters' })
          .describe('Digest of the token: brazier token makes both.'),
      }),
    )
    .describe('Who may use the API. Without tokens it is open, on this machine only.')
    .optional(),
})

export const configSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,39}$/, {
      error: 'must start with a small letter and hold small letters, digits, _ and -, 40 at most',
    })
    .describe("The project's name, default: the folder's.")
    .optional(),
  warehouse: z.discriminatedUnion('type', [duckdbWarehouse, postgresWarehouse, bigqueryWarehouse]),
  store: store.optional(),
  braze,
  defaults: z
    .strictObject({
      schedule: someText()
        .describe('hourly | daily [at HH:MM] | every N minutes | a cron expression')
        .optional(),
      timezone: someText().describe('The time zone of schedules, such as Europe/Berlin.').optional(),
      jitter: jitter().optional(),
      catch_up: catchUp().optional(),
    })
    .optional(),
  guards: guardsSchema.optional(),
  max_duration: duration()
    .describe('The longest a run may take, default 80 % of the shortest interval.')
    .optional(),
  plans: z
    .strictObject({ expire_after: duration(60, '1m').describe('Default 24 hours.').optional() })
    .optional(),
  history: z
    .strictObject({ keep: duration(DAY, '1 day').describe('Default 90 days.').optional() })
    .optional(),
  refresh: duration(DAY, '1 day')
    .describe('After this, an update-only sync sends a row again. Default 30 days.')
    .optional(),
  service: service.optional(),
  alerts: alertsSchema.optional(),
})

export type Config = z.output<typeof configSchema>
export type GuardsConfig = z.output<typeof guardsSchema>
