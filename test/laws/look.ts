// Decides what the laws look at after every run, whatever happened in it.

import { expect } from 'vitest'
import type { RunReport } from '../../src/run/report.ts'
import type { LedgerRow, World } from '../support/world.ts'

/** Of everybody a sync had something to send to: accepted, refused as a whole, unknown; or not sent, if the run was cut. */
export async function expectOneOutcomeEach(world: World, report: RunReport): Promise<void> {
  const rows = await world.ledger(
    `select r.sync, r.status, r.settled, r.sent, r.unknown, p.numbers from run_syncs as r join runs on runs.run = r.run join plan_syncs as p on p.sync = r.sync and p.plan = runs.plan where r.run = '${report.run}'`,
  )
  expect(rows.map(({ sync }) => sync).toSorted()).toEqual(report.syncs.map(({ name }) => name).toSorted())
  for (const row of rows) {
    const refused = await world.ledger(
      `select count(distinct k) as n from rejections where run = '${report.run}' and sync = '${row.sync}' and source = 'braze' and attribute = ''`,
    )
    const planned = JSON.parse(String(row.numbers)).objects
    const ended = Number(row.sent) + Number(row.unknown) + Number(refused[0]?.n)
    if (report.error === null) expect({ ...row, ended }).toMatchObject({ ended: planned })
    else expect(ended).toBeLessThanOrEqual(planned)
  }
  expect(await world.ledger('select count(*) as n from acks')).toEqual([{ n: 0 }])
  expect(await world.ledger('select count(*) as n from refusals')).toEqual([{ n: 0 }])
  const { duplicatesInRequest, duplicateKeys, concurrentSamePerson, silentDrops } = world.sandbox.meter
  expect([duplicatesInRequest, duplicateKeys, concurrentSamePerson, silentDrops.total]).toEqual([0, 0, 0, 0])
}

/** Of everybody who is not in doubt, the snapshots say what Braze holds. */
export async function expectLedgerIsTrue(world: World): Promise<void> {
  const profiles = world.profiles()
  for (const { sync, snapshot, definition } of await world.ledger(
    'select sync, snapshot, definition from syncs order by sync',
  )) {
    if (definition === null) continue
    const writes: Write[] = JSON.parse(String(definition)).writes
    const doubt = await world.ledger(`select k from doubt where sync = '${sync}'`)
    const unsure = new Set(doubt.map(({ k }) => String(k)))
    const rows = await world.ledger(`select * from ${snapshot}`)
    const known = new Map(rows.map((row) => [String(row.k), row]))
    for (const id of new Set([...known.keys(), ...Object.keys(profiles)])) {
      if (unsure.has(id)) continue
      for (const write of writes) {
        const said = [sync, id, write.attribute, saidBy(write, known.get(id))]
        expect([sync, id, write.attribute, heldOf(write, profiles[id] ?? {})]).toEqual(said)
      }
    }
  }
}

interface Write {
  readonly attribute: string
  readonly column: string
  readonly element?: string
  readonly onLeave: string
  readonly nulls?: string
}

function saidBy({ column }: Write, row: LedgerRow | undefined): string {
  const value = row?.[column] ?? null
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** A flag that was taken back is false in Braze, which the ledger holds as nothing. */
function heldOf({ attribute, element, onLeave }: Write, held: Readonly<Record<string, string>>): string {
  const json = held[attribute] ?? 'null'
  if (element !== undefined) return (JSON.parse(json) ?? []).includes(element) ? 'true' : 'null'
  return onLeave === 'false' && json === 'false' ? 'null' : json
}
