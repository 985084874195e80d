// Decides what a DuckDB state file is as a store: its sessions, its schema, and how candidates land in it.

import { relative } from 'node:path'
import type { Store } from '../port.ts'
import { sessionOver } from '../session.ts'
import { type Instance, statementsOf } from './connection.ts'
import { duckdbDialect, ident, LEDGER_SCHEMA, STATE_CATALOG } from './dialect.ts'

export function duckdbStore(instance: Instance, directory: string): Store {
  const path = relative(directory, instance.files.state)
  const place = path === '' || path.startsWith('..') ? instance.files.state : path
  const session = async () => sessionOver(statementsOf(await instance.connect(), `the state file ${place}`))
  return {
    dialect: duckdbDialect,
    place,
    session,
    async makeSchema() {
      const one = await session()
      await one
        .run(`create schema if not exists ${ident(STATE_CATALOG)}.${ident(LEDGER_SCHEMA)}`)
        .finally(() => one.close())
    },
    // The lock file says whether the holder lives.
    deathCertificate: async () => null,
    close: () => instance.close(),
  }
}
