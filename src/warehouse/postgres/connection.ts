// Decides how we speak to Postgres: one client for each session, its settings, raw text for values, one statement at a
// time. Errors pass as they are; who asked knows what they mean.

import { Client, type QueryResult } from 'pg'
import type { Cell, Row } from '../port.ts'
import { type Described, DescribeQuery } from './describe-query.ts'
import { connectError } from './error-text.ts'
import { addressOf, withExplicitTls } from './url.ts'

export interface PostgresSettings {
  readonly url: string
  /** Shown by the server for our sessions. */
  readonly applicationName: string
  /** Seconds that one query of the author may take. */
  readonly statementTimeout: number
  /** Where the author's names without a schema are looked up first; else where the role's own settings say. */
  readonly schema?: string
}

export interface Connection {
  readonly pid: number
  readonly client: Client
  run(sql: string): Promise<number>
  rows(sql: string): Promise<Row[]>
  /** COMMIT that does not pass a rollback off as one. */
  commit(): Promise<void>
  /** Columns of a statement that is parsed but never run. */
  describe(sql: string): Promise<Described>
  close(): Promise<void>
}

/** Seconds to wait for a server that does not answer. */
const CONNECT_SECONDS = 20
/** A transaction of ours that says nothing for so long is that of a frozen process, and stands in others' way. */
const IDLE_IN_TRANSACTION_SECONDS = 120
/** Long enough for the settling of a first load that somebody waits for. */
const LOCK_SECONDS = 600

/** For each join or sort of ours: the diff of a million people then hashes in one pass. One statement runs at a time. */
export const WORK_MEM = '128MB'

const SETTINGS: Readonly<Record<string, string>> = {
  timezone: 'UTC',
  datestyle: 'ISO, YMD',
  // Doubles are printed so that they read back to the same bits.
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  client_min_messages: 'notice',
  // Compiling costs more than it gains on statements that touch each row once.
  jit: 'off',
  work_mem: WORK_MEM,
  statement_timeout: '0',
  lock_timeout: `${LOCK_SECONDS}s`,
  idle_in_transaction_session_timeout: `${IDLE_IN_TRANSACTION_SECONDS}s`,
  // A server that notices a dead client frees its locks.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
}

/** A session may wait for hours while requests leave. Servers before 14 do not know the setting. */
const STAY_IDLE = `case when current_setting('idle_session_timeout', true) is not null then set_config('idle_session_timeout', '0', false) end`

const applySettings = (isReadOnly: boolean): string =>
  `select pg_backend_pid() as pid, ${STAY_IDLE}, ${Object.entries({
    ...SETTINGS,
    default_transaction_read_only: isReadOnly ? 'on' : 'off',
  })
    .map(([name, value]) => `set_config('${name}', '${value}', false)`)
    .join(', ')}`

/** The author's SQL can change any setting by functions. Back to those of the session's beginning, then ours; one round trip. */
export const resetSettings = (isReadOnly: boolean): string =>
  `reset session authorization; reset role; reset all; ${applySettings(isReadOnly)}`

/** @throws WarehouseError when the server cannot be reached or refuses us. */
export async function connect(settings: PostgresSettings, isReadOnly: boolean): Promise<Connection> {
  const client = clientFor(settings)
  // Without a listener a lost connection would end the process; the next statement tells of it.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: string }>(applySettings(isReadOnly))
    return connectionOver(client, Number(rows[0]?.pid))
  } catch (thrown) {
    await client.end().catch(() => undefined)
    throw connectError(thrown, addressOf(settings.url))
  }
}

function clientFor(settings: PostgresSettings): Client {
  try {
    return new Client({
      connectionString: withExplicitTls(settings.url),
      application_name: settings.applicationName,
      connectionTimeoutMillis: CONNECT_SECONDS * 1000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: { getTypeParser: () => (text: string) => text },
    })
  } catch (thrown) {
    throw connectError(thrown, addressOf(settings.url))
  }
}

function connectionOver(client: Client, pid: number): Connection {
  return {
    pid,
    client,
    run: async (sql) => (await client.query(sql)).rowCount ?? 0,
    rows: async (sql) => rowsOf(await client.query(sql)),
    async commit() {
      const { command } = await client.query('commit')
      // The server answers a COMMIT after a failed statement with ROLLBACK, and no error.
      if (command === 'ROLLBACK')
        throw new Error('the transaction was rolled back, since a statement in it had failed')
    },
    describe: (sql) =>
      new Promise((resolve, reject) => {
        const notices: string[] = []
        const listen = (notice: { code?: string | undefined; message?: string | undefined }): void => {
          if (notice.code === NAME_CUT) notices.push(notice.message ?? '')
        }
        client.on('notice', listen)
        const done = (): void => {
          client.off('notice', listen)
        }
        client.query(
          new DescribeQuery(sql, {
            resolve: (described) => {
              done()
              resolve({ ...described, cutNames: notices })
            },
            reject: (error) => {
              done()
              reject(error)
            },
          }),
        )
      }),
    close: () => client.end(),
  }
}

/** SQLSTATE name_too_long, as a notice: an identifier was cut to 63 bytes. */
const NAME_CUT = '42622'

type Result = QueryResult<Record<string, string | null>>

/** Booleans and safe numbers by the type of their column; the rest as the server prints it. */
function rowsOf(result: Result): Row[] {
  const readers = result.fields.map(({ name, dataTypeID }) => [name, READERS[dataTypeID] ?? asText] as const)
  return result.rows.map((row) =>
    Object.fromEntries(
      readers.map(([name, read]) => {
        const text = row[name] ?? null
        return [name, text === null ? null : read(text)]
      }),
    ),
  )
}

const asText = (text: string): Cell => text
const asNumber = (text: string): Cell => (Number.isFinite(Number(text)) ? Number(text) : text)
const asInteger = (text: string): Cell => (Number.isSafeInteger(Number(text)) ? Number(text) : text)

/** By the numbers of the catalog: bool, int8, int2, int4, oid, float4, float8. */
const READERS: Readonly<Record<number, (text: string) => Cell>> = {
  16: (text) => text === 't',
  20: asInteger,
  21: asInteger,
  23: asInteger,
  26: asInteger,
  700: asNumber,
  701: asNumber,
}
