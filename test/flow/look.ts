// Decides what a flow test looks at: Braze's final profiles, once it is sure that they were reached without a sin.

import { expect } from 'vitest'
import type { SyncReport } from '../../src/ledger/runs.ts'
import type { RunReport } from '../../src/run/report.ts'
import type { People, World, WorldKind } from '../support/world.ts'

/** The databases on which every flow is tried. */
export const KINDS: readonly WorldKind[] = ['duckdb', 'postgres']

/** What Braze holds, after checks that hold whatever the flow: nobody twice, nothing lost without a word. */
export function braze(world: World): People {
  const { duplicatesInRequest, duplicateKeys, concurrentSamePerson, silentDrops } = world.sandbox.meter
  expect({
    duplicatesInRequest,
    duplicateKeys,
    concurrentSamePerson,
    silentDrops: silentDrops.total,
  }).toEqual({
    duplicatesInRequest: 0,
    duplicateKeys: 0,
    concurrentSamePerson: 0,
    silentDrops: 0,
  })
  return world.profiles()
}

/** The report of one sync. */
export function of(report: RunReport, name: string): SyncReport {
  const found = report.syncs.find((sync) => sync.name === name)
  if (found === undefined) throw new Error(`the report has no sync ${name}`)
  return found
}

/** A run in which nothing went wrong. */
export function good(report: RunReport): RunReport {
  if (report.error !== null) throw report.error
  expect(report.syncs.map(({ name, status, error, heldBy }) => ({ name, status, error, heldBy }))).toEqual(
    report.syncs.map(({ name }) => ({ name, status: 'succeeded', error: null, heldBy: [] })),
  )
  expect([report.status, report.exitCode, report.error]).toEqual(['succeeded', 0, null])
  return report
}

/** Tables that a run or a plan made and that are still there. */
export async function leftTables(world: World): Promise<string[]> {
  const rows = await world.ledger(
    'select table_name as name from information_schema.tables order by table_name',
  )
  return rows.map(({ name }) => String(name)).filter((name) => /_20\d{6}_\d{6}_/.test(name))
}

/** The bodies of what was sent since the request of that number, as objects by person. Needs `keepBodies`. */
export function sentSince(world: World, number: number): Record<string, unknown>[] {
  return world.sandbox.requests
    .filter((request) => request.number > number)
    .flatMap(
      (request) =>
        (JSON.parse(request.text ?? '{}') as { attributes?: Record<string, unknown>[] }).attributes ?? [],
    )
}
