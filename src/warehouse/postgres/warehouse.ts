// Decides how the author's SQL runs in Postgres: proved to be one SELECT, in a transaction that can only read, on the
// session of the store when that lives here, else copied to a file for the store that lives elsewhere.

import { setTimeout as sleep } from 'node:timers/promises'
import { sqlRefused } from '../author-sql.ts'
import type { Landing } from '../landing.ts'
import type { CandidateQuery, Warehouse } from '../port.ts'
import { oneAtATime } from '../session.ts'
import { type Connection, connect, type PostgresSettings, resetSettings } from './connection.ts'
import { copyToFile } from './copy.ts'
import { describe } from './describe.ts'
import { ident, literal, postgresDialect, postgresSource } from './dialect.ts'
import { authorError, codeOf, storeError } from './error-text.ts'

/** Where candidates go: a temporary table on the store's own session, or a file for another database. */
export type Destination = { readonly schema: string } | { readonly landing: Landing }

export async function openPostgresWarehouse(
  settings: PostgresSettings,
  destination: Destination,
): Promise<Warehouse> {
  const control = await connect(settings, true)
  for (const path of authorPath(settings)) await control.run(`set search_path = ${path}`)
  const turn = oneAtATime()
  const running: Running = { pids: new Set(), stops: 0 }
  const candidates = 'schema' in destination ? fillTemporaryTable : copyTo(destination.landing)
  const asked = <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
    turn(() => work(control)).catch((thrown: unknown) => {
      throw storeError(thrown, 'the warehouse')
    })
  return {
    dialect: postgresSource,
    columns: (sql) => {
      const { stops } = running
      return asked((connection) =>
        stoppable(running, { asked: stops, pid: control.pid }, () => describe(connection, sql)),
      )
    },
    candidates: (query) => candidates({ query, settings, running }),
    async sourceTime() {
      const [row] = await asked((connection) => connection.rows(SOURCE_TIME))
      return typeof row?.at === 'string' ? row.at : null
    },
    async canWriteElsewhere() {
      const schema = 'schema' in destination ? destination.schema : ''
      const [row] = await asked((connection) => connection.rows(canWriteOutside(schema)))
      return row?.yes === true
    },
    cancel: () => stop(settings, running),
    close: () => control.close(),
  }
}

/** Where the author's SQL runs now. */
interface Running {
  readonly pids: Set<number>
  /** How often it was said to stop; a query that was asked for before must not begin after. */
  stops: number
}

interface Fill {
  readonly query: CandidateQuery
  readonly settings: PostgresSettings
  readonly running: Running
}

/** Runs `work` with the backend on record, unless it was said to stop meanwhile. */
async function stoppable<T>(
  running: Running,
  { asked, pid }: { asked: number; pid: number },
  work: () => Promise<T>,
): Promise<T> {
  running.pids.add(pid)
  try {
    if (running.stops !== asked) throw sqlRefused('the query was stopped')
    return await work()
  } finally {
    running.pids.delete(pid)
  }
}

/**
 * The table is made empty first: a transaction that can only read may fill a temporary table, but not make one; and without
 * such a transaction the author's SQL could write, by a function that does.
 */
async function fillTemporaryTable({ query, settings, running }: Fill): Promise<void> {
  const { session, columns } = query
  const asked = running.stops
  const dialect = postgresDialect('')
  const table = dialect.candidateTable(query.table)
  const types = columns.map(({ name, kind }) => `${ident(name)} ${dialect.columnType(kind)}`)
  await session.run(`drop table if exists ${table}`)
  await session.run(`create temp table ${ident(query.table)} (${types.join(', ')})`)
  const [backend] = await session.rows('select pg_backend_pid() as pid')
  try {
    await stoppable(running, { asked, pid: Number(backend?.pid) }, () =>
      session.transaction(async (transaction) => {
        await transaction.run('set transaction read only')
        for (const setting of limits(settings, query)) await transaction.run(setting)
        await transaction.run(`insert into ${table} ${query.select}`)
      }),
    )
  } catch (thrown) {
    throw authorError(thrown, { sql: query.select, timeoutSeconds: settings.statementTimeout })
  } finally {
    await session.run(resetSettings(false)).catch(() => undefined)
  }
  // The planner asks how many rows there are and whether keys repeat, which a small sample tells; values are only compared.
  const [key] = query.columns
  if (key === undefined) return
  await session.run(`alter table ${table} alter column ${ident(key.name)} set statistics 10`)
  await session.run(`analyze ${table} (${ident(key.name)})`)
}

function limits(settings: PostgresSettings, query: CandidateQuery): string[] {
  return [
    `set local statement_timeout = '${settings.statementTimeout}s'`,
    `set local application_name = ${literal(`${settings.applicationName}/${query.sync}/${query.run}`)}`,
    ...authorPath(settings).map((path) => `set local search_path = ${path}`),
  ]
}

/** Extensions usually live in public. */
function authorPath({ schema }: PostgresSettings): string[] {
  return schema === undefined ? [] : [`${ident(schema)}, public`]
}

/** Times that a query is sent again when a replica drops it to keep up. */
const REPLICA_TRIES = 3

function copyTo(landing: Landing): (fill: Fill) => Promise<void> {
  return (fill) => {
    const { query, settings, running } = fill
    const asked = running.stops
    return landing.load({ table: query.table, columns: query.columns }, async (path) => {
      for (let left = REPLICA_TRIES; ; left -= 1) {
        const failed = await copyOnce(fill, asked, path).catch((thrown: unknown) => thrown)
        if (failed === undefined) return
        if (left <= 1 || codeOf(failed) !== SERIALIZATION_FAILURE) {
          throw authorError(failed, { sql: query.select, timeoutSeconds: settings.statementTimeout })
        }
      }
    })
  }
}

const SERIALIZATION_FAILURE = '40001'

/** A connection of its own, so that nothing the author's SQL sets outlives it. */
async function copyOnce({ query, settings, running }: Fill, asked: number, path: string): Promise<void> {
  const connection = await connect(settings, true)
  try {
    await stoppable(running, { asked, pid: connection.pid }, async () => {
      await connection.run('begin transaction isolation level repeatable read read only')
      for (const setting of limits(settings, query)) await connection.run(setting)
      await copyToFile(connection.client, query, path)
      await connection.commit()
    })
  } finally {
    await connection.close()
  }
}

/** Milliseconds between two tries to stop a query, which may be between two of its statements. */
const STOP_AGAIN_MS = 200

async function stop(settings: PostgresSettings, running: Running): Promise<void> {
  running.stops += 1
  if (running.pids.size === 0) return
  const connection = await connect(settings, true)
  try {
    for (; running.pids.size > 0; await sleep(STOP_AGAIN_MS)) {
      for (const pid of running.pids) await connection.run(`select pg_cancel_backend(${pid})`)
    }
  } finally {
    await connection.close()
  }
}

/** A replica says how far it has come; a primary is complete by nature. */
const SOURCE_TIME = `select case when pg_is_in_recovery() then to_char(pg_last_xact_replay_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as at`

function canWriteOutside(schema: string): string {
  const elsewhere = `n.nspname not in ('pg_catalog', 'information_schema', ${literal(schema)}) and n.nspname !~ '^pg_(temp|toast)'`
  return (
    `select (select rolsuper from pg_catalog.pg_roles where rolname = current_user) ` +
    `or exists (select from pg_catalog.pg_namespace as n where ${elsewhere} and has_schema_privilege(n.oid, 'CREATE')) ` +
    `or exists (select from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace ` +
    `where ${elsewhere} and c.relkind in ('r', 'p', 'v', 'm', 'f') and has_schema_privilege(n.oid, 'USAGE') ` +
    `and (has_table_privilege(c.oid, 'DELETE, TRUNCATE') or has_any_column_privilege(c.oid, 'INSERT, UPDATE'))) as yes`
  )
}
