// Decides what must be on record before the first request of a run leaves: every sync's snapshot with a column for each
// write that may now happen. Were it written later, a crash would leave writes in Braze that nobody remembers.

import { createHash } from 'node:crypto'
import type { SettledDefinition, Write } from '../model/definition.ts'
import type { Session } from '../warehouse/port.ts'
import type { PlanSync } from './plans.ts'
import { addColumns, createSnapshot, snapshotName } from './snapshot.ts'
import { inScope, insertRows, type Ledger, literal, raw, updateRows } from './sql.ts'
import type { SyncRecord } from './syncs.ts'

/** Runs in the caller's transaction. Returns the sync's record as it is from now on. */
export async function registerSync(
  ledger: Ledger,
  tx: Session,
  input: { planned: PlanSync; record: SyncRecord | undefined },
): Promise<SyncRecord> {
  const { dialect } = ledger
  const { planned } = input
  if (input.record !== undefined && isRegistered(planned, input.record)) return input.record
  const record = input.record ?? newRecord(ledger, planned.sync)
  if (record.sync !== planned.sync) await renameSync(ledger, tx, { from: record.sync, to: planned.sync })
  await keepSqlVersion(ledger, tx, planned)
  const writes = union(planned.definition.writes, record.definition?.writes ?? [])
  const spec = { table: record.snapshot, writes, sentAt: !planned.definition.createUsers }
  // A table may be left over of a sync that was forgotten; and the record comes after its table, never before.
  if (input.record === undefined) await tx.run(`drop table if exists ${dialect.table(record.snapshot)}`)
  await tx.run(createSnapshot(dialect, spec))
  if (input.record === undefined) await tx.run(insertSync(ledger, record))
  const known = new Set(record.definition?.writes.map((write) => write.column))
  const fresh = writes.filter((write) => !known.has(write.column))
  if (input.record !== undefined)
    for (const sql of addColumns(dialect, { ...spec, writes: fresh })) await tx.run(sql)
  // From the first row that may be sent update-only: whom Braze does not have is owed a profile, whatever becomes of the rest.
  const createUsers = planned.definition.createUsers && (record.definition?.createUsers ?? true)
  const definition = { ...settledDefinition(planned, writes), createUsers }
  await tx.run(
    updateRows({ ...ledger, session: tx }, 'syncs', {
      set: { definition: JSON.stringify(definition) },
      where: { sync: planned.sync },
    }),
  )
  return { ...record, sync: planned.sync, definition }
}

/** Everything is on record already, as it is after a run of the same definition. */
function isRegistered(planned: PlanSync, { sync, definition }: SyncRecord): boolean {
  const { createUsers } = planned.definition
  if (definition === undefined || sync !== planned.sync || definition.createUsers !== createUsers)
    return false
  const now = settledDefinition(planned, union(planned.definition.writes, definition.writes))
  return JSON.stringify(now) === JSON.stringify(definition)
}

/** The remembered part of a planned definition, holding these writes. */
export const settledDefinition = ({ definition }: PlanSync, writes: readonly Write[]): SettledDefinition => ({
  identity: definition.identity,
  kind: definition.kind,
  createUsers: definition.createUsers,
  writes,
  hash: definition.hash,
  canonicalVersion: definition.canonicalVersion,
})

const union = (ours: readonly Write[], held: readonly Write[]): Write[] => [
  ...ours,
  ...held.filter((write) => !ours.some((other) => other.column === write.column)),
]

function insertSync(ledger: Ledger, { sync, snapshot }: SyncRecord): string {
  const row = { sync, snapshot, version: 0, size: 0, definition: null, moved_from: 0 }
  return insertRows(ledger, 'syncs', [row])
}

function newRecord(ledger: Ledger, sync: string): SyncRecord {
  const { project, workspace } = ledger.scope
  const digest = createHash('sha256')
    .update(JSON.stringify([project, workspace, sync]))
    .digest('hex')
  const snapshot = snapshotName(sync, digest)
  return {
    sync,
    snapshot,
    version: 0,
    size: 0,
    definition: undefined,
    sourceTime: undefined,
    settledAt: undefined,
    movedBy: undefined,
    movedFrom: 0,
  }
}

/** `was:`: the new name takes over all that is kept under the former one. */
async function renameSync(ledger: Ledger, tx: Session, names: { from: string; to: string }): Promise<void> {
  const { dialect } = ledger
  const at = { ...ledger, session: tx }
  for (const table of ['doubt', 'rejections', 'history'] as const)
    await tx.run(updateRows(at, table, { set: { sync: names.to }, where: { sync: names.from } }))
  // The new name may have rows of its own here, from runs that failed before they could take over.
  for (const [table, key] of [
    ['run_syncs', 'run'],
    ['sql_versions', 'hash'],
  ] as const) {
    const its = `select 1 from ${dialect.table(table)} as x where ${inScope(ledger, 'x')} and x.sync = ${literal(dialect, names.to)} and x.${dialect.ident(key)} = r.${dialect.ident(key)}`
    await tx.run(
      `update ${dialect.table(table)} as r set sync = ${literal(dialect, names.to)} where ${inScope(ledger, 'r')} and r.sync = ${literal(dialect, names.from)} and not exists (${its})`,
    )
  }
  // Last: as long as the record has its former name, the rest is moved again.
  await tx.run(updateRows(at, 'syncs', { set: { sync: names.to }, where: { sync: names.from } }))
}

async function keepSqlVersion(ledger: Ledger, tx: Session, { sync, definition }: PlanSync): Promise<void> {
  const { dialect, scope } = ledger
  const values = [scope.project, scope.workspace, sync, definition.hash, definition.sql]
    .map((text) => literal(dialect, text))
    .join(', ')
  const known = `select 1 from ${dialect.table('sql_versions')} as x where ${inScope(ledger, 'x')} and x.sync = ${literal(dialect, sync)} and x.hash = ${literal(dialect, definition.hash)}`
  const one = `select ${literal(dialect, '')} as nothing`
  await tx.run(
    `insert into ${dialect.table('sql_versions')} (project, workspace, sync, ${dialect.ident('hash')}, sql, since) ` +
      `select ${values}, ${raw(dialect.now).raw} from (${one}) as o where not exists (${known})`,
  )
}
