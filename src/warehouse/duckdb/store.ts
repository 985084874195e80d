// Decides what a DuckDB state file is as a store: its sessions, its schema, and how candidates land in it.

import { relative } from 'node:path'
import type { DeathCertificate, Store } from '../port.ts'
import { sessionOver } from '../session.ts'
import { type Instance, statementsOf } from './connection.ts'
import { duckdbDialect, ident, LEDGER_SCHEMA, STATE_CATALOG } from './dialect.ts'

export function duckdbStore(instance: Instance, directory: string): Store {
  const path = relative(directory, instance.files.state)
  const place = path === '' || path.startsWith('..') ? instance.files.state : path
  const session = async () => sessionOver(statementsOf(await instance.connect(), `the state file ${place}`))
  const held = new Set<string>()
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
    deathCertificate: async (name) => certificate(held, name),
    close: () => instance.close(),
  }
}

/** We have the state file, so that no other process with it can be alive: only runs of this very opening can. */
function certificate(held: Set<string>, name: string): DeathCertificate {
  let mine = false
  return {
    async take() {
      if (held.has(name)) return mine
      held.add(name)
      mine = true
      return true
    },
    async release() {
      if (mine) held.delete(name)
      mine = false
    },
  }
}
