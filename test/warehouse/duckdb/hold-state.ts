// Run as a process of its own by the tests: opens a state file, writes a row, says so, and holds it until it is killed.

import { openDatabases } from '../../../src/warehouse/open.ts'

const [path = ''] = process.argv.slice(2)
try {
  const databases = await openDatabases({
    name: 'holder',
    directory: '/',
    warehouse: { type: 'duckdb', init: [] },
    store: { type: 'duckdb', path, memoryLimit: '128MB', threads: 1, ephemeral: true },
  })
  await databases.store.makeSchema()
  const session = await databases.store.session()
  const table = databases.store.dialect.table('written')
  await session.run(`create table if not exists ${table} (pid bigint)`)
  await session.run(`insert into ${table} values (${process.pid})`)
  process.stdout.write('held\n')
  setInterval(() => undefined, 1000)
} catch (error) {
  process.stdout.write(`${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}\n`)
}
