// Decides what `npm run bench` measures and in which order: ratios against floors measured in the same run, since machines
// differ. `--people N` for the size (default 1,000,000), `--only WORD` for the rows whose name holds it, `--many N` for the
// memory of a very large first load (default 10 times the people).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/support/postgres-server.ts'
import { duckdbDiff, postgresDiff } from './diff.ts'
import { againstScript, postgresMemory } from './postgres.ts'
import { manyPeople, sending, sevenSyncs, snapshotSize, start } from './runs.ts'
import { holds, print, type Result } from './table.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    many: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})
const people = Number(values.people)
const many = Number(values.many ?? people * 10)
const folder = mkdtempSync(join(tmpdir(), 'brazier-bench-'))
const server = await startPostgres()
const results: Result[] = []
// The server's process does not hold the event loop, and stopping it takes a moment.
const alive = setInterval(() => {}, 1000)

const measures: Readonly<Record<string, () => Promise<Result | Result[]>>> = {
  start,
  'diff duckdb': () => duckdbDiff(folder, people),
  'diff postgres': () => postgresDiff(server.url, people),
  sending: () => sending(folder, people),
  seven: () => sevenSyncs(folder, people),
  'script loopback': () =>
    againstScript(server.url, folder, { people: Math.min(people, 100_000), latency: 0 }),
  'script latency': () =>
    againstScript(server.url, folder, { people: Math.min(people, 100_000), latency: 50 }),
  'memory postgres': () => postgresMemory(server.url, folder, people),
  'snapshot size': () => snapshotSize(folder, people, 60),
  'memory many': () => manyPeople(folder, many),
}

try {
  for (const [name, measure] of Object.entries(measures).filter(([name]) => name.includes(values.only))) {
    process.stderr.write(`${name} …\n`)
    const found = await measure()
    results.push(...(Array.isArray(found) ? found : [found]))
  }
  print(results)
  process.exitCode = results.every(holds) ? 0 : 1
} finally {
  await server.stop()
  clearInterval(alive)
  rmSync(folder, { recursive: true, force: true })
}
