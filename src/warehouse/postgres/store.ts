// Decides what a Postgres schema is as a store: its sessions, its schema, and the advisory lock that dies with its holder.

import { WarehouseError } from '../../model/errors.ts'
import type { DeathCertificate, Session, Store } from '../port.ts'
import { type Statements, sessionOver } from '../session.ts'
import { type Connection, connect, type PostgresSettings } from './connection.ts'
import { ident, literal, postgresDialect } from './dialect.ts'
import { codeOf, storeError } from './error-text.ts'

export function postgresStore(settings: PostgresSettings, schema: string): Store {
  const place = `postgres schema ${schema}`
  const open = new Set<Session>()
  const session = async (): Promise<Session> => {
    const one = sessionOver(statementsOf(await connect(settings, false), place))
    open.add(one)
    return one
  }
  return {
    dialect: postgresDialect(schema),
    place,
    session,
    makeSchema: () => makeSchema(settings, schema),
    deathCertificate: async (name) => advisoryLock(settings, name),
    async close() {
      // One that was left open would keep the process from ending.
      await Promise.all([...open].map((one) => one.close()))
    },
  }
}

function statementsOf(connection: Connection, place: string): Statements {
  const told = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      throw storeError(thrown, place)
    })
  const run = async (sql: string): Promise<void> => {
    await told(connection.run(sql))
  }
  return {
    run: (sql) => told(connection.run(sql)),
    rows: (sql) => told(connection.rows(sql)),
    begin: () => run('begin'),
    commit: () => told(connection.commit()),
    rollback: () => run('rollback'),
    close: () => connection.close(),
  }
}

/** CREATE SCHEMA IF NOT EXISTS asks for the right to create even where there is nothing to create: so we look first. */
async function makeSchema(settings: PostgresSettings, schema: string): Promise<void> {
  const connection = await connect(settings, false)
  try {
    const found = await connection.rows(
      `select 1 as yes from pg_catalog.pg_namespace where nspname = ${literal(schema)}`,
    )
    if (found.length === 0) await connection.run(`create schema if not exists ${ident(schema)}`)
  } catch (thrown) {
    // Two first runs at once: the other one made it.
    if (['42P06', '23505'].includes(codeOf(thrown))) return
    if (codeOf(thrown) === '42501') {
      const [row] = await connection.rows('select current_user as role')
      const role = String(row?.role)
      throw new WarehouseError(`the role ${role} may not create the schema ${schema}`, {
        hint: `Have an administrator run: create schema ${ident(schema)} authorization ${ident(role)};`,
      })
    }
    throw storeError(thrown, `postgres schema ${schema}`)
  } finally {
    await connection.close()
  }
}

/** A lock of a connection of its own: the server frees it when that connection ends, in whatever way. */
function advisoryLock(settings: PostgresSettings, name: string): DeathCertificate {
  let holding: Connection | undefined
  const drop = async (): Promise<void> => {
    const connection = holding
    holding = undefined
    await connection?.close().catch(() => undefined)
  }
  return {
    async take() {
      if (holding !== undefined) {
        const lives = await holding.rows('select 1 as yes').catch(() => undefined)
        if (lives !== undefined) return true
        await drop()
      }
      const connection = await connect(settings, false)
      const key = `hashtextextended(${literal(`brazier ${name}`)}, 0)`
      const [row] = await connection.rows(`select pg_try_advisory_lock(${key}) as taken`)
      if (row?.taken !== true) {
        await connection.close()
        return false
      }
      holding = connection
      return true
    },
    release: drop,
  }
}
