// Decides how a test drives whole runs without files and HTTP: syncs made of plain rows, a real database for warehouse and
// ledger, and a Braze that follows a script.

import type { Project, Sync } from '../../src/model/definition.ts'
import { silentLog } from '../../src/model/log.ts'
import type { RunDeps } from '../../src/run/context.ts'
import type { RunReport } from '../../src/run/report.ts'
import { runSyncs } from '../../src/run/run.ts'
import type { Row } from '../../src/warehouse/port.ts'
import { openLedger, type StoreKind } from '../ledger/open-ledger.ts'
import type { ScriptedBraze } from './scripted-braze.ts'

/** A column and its type in SQL. */
type Columns = Readonly<Record<string, string>>

export interface Engine {
  run(syncs: readonly Sync[], braze: ScriptedBraze, change?: Partial<RunDeps>): Promise<RunReport>
  /** Of the ledger of the project under test; `table` is unqualified. */
  rows(sql: (table: (name: string) => string) => string): Promise<Row[]>
  tables(): Promise<string[]>
  /** A project of another name: an empty ledger in the same database. */
  startAnew(): void
  close(): Promise<void>
}

/** Few enough that a handful of people fill several requests. */
export const OBJECTS_PER_REQUEST = 2

export async function openEngine(kind: StoreKind): Promise<Engine> {
  const ledger = await openLedger(kind)
  const { databases } = ledger
  let life = 0
  const project = (syncs: readonly Sync[]): Project => ({
    name: `life_${life}`,
    directory: '/',
    warehouse: { type: 'duckdb', init: [] },
    store: { type: 'warehouse', schema: 'brazier' },
    braze: {
      endpoint: 'http://127.0.0.1:1',
      apiKey: 'key',
      workspace: 'test',
      requestsPerSecond: 1000,
      reserve: 0,
      objectsPerRequest: OBJECTS_PER_REQUEST,
      requestTimeoutSeconds: 5,
      giveUpAfterSeconds: 5,
      maxConnections: 4,
    },
    maxDurationSeconds: 3600,
    planExpireHours: 24,
    historyDays: 90,
    service: { tokens: [] },
    syncs,
  })
  return {
    run: async (syncs, braze, change = {}) => {
      braze.sent = []
      const deps: RunDeps = {
        project: project(syncs),
        databases,
        openBraze: async () => braze,
        log: silentLog,
        now: () => new Date(),
        monotonic: () => performance.now(),
        stop: new AbortController().signal,
        progress: () => undefined,
        place: 'a test',
        ...change,
      }
      return runSyncs(deps, { syncs, command: 'sync', waitSeconds: 0, slots: new Map() })
    },
    rows: (sql) => ledger.rows(sql((name) => ledger.dialect.table(name))),
    tables: ledger.tables,
    startAnew: () => {
      life += 1
    },
    close: ledger.close,
  }
}

/** The rows of a query, as SQL that needs no table. A value that is missing is NULL. */
export function selectRows(columns: Columns, rows: readonly Readonly<Record<string, string>>[]): string {
  const names = Object.entries(columns)
  const cell = (row: Readonly<Record<string, string>>, name: string) => {
    const value = row[name]
    return value === undefined ? 'null' : `'${value.replaceAll("'", "''")}'`
  }
  const select = (row: Readonly<Record<string, string>>) =>
    `select ${names.map(([name, type]) => `cast(${cell(row, name)} as ${type}) as ${name}`).join(', ')}`
  return rows.length === 0 ? `${select({})} where 1 = 0` : rows.map(select).join(' union all ')
}

export function syncOf(name: string, sql: string, change: Partial<Sync>): Sync {
  return {
    name,
    kind: change.properties === undefined ? 'audience' : 'properties',
    file: `sql/${name}.sql`,
    sql,
    selectsStar: false,
    description: '',
    tags: [],
    schedule: { text: 'hourly', cron: '0 * * * *', timezone: 'UTC' },
    guards: { maxRemoves: { unit: 'share', share: 1 }, minRows: 0 },
    createUsers: true,
    refreshDays: 30,
    badKeys: 'fail',
    maxAttempts: 1000,
    hash: name,
    ...change,
  }
}
