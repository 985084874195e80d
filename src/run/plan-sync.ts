// Decides one sync's delta: runs its SQL once, checks the keys, and lets the store find what differs. Stages 4 and 5.

import {
  candidateSelect,
  duplicateCheck,
  keyCheck,
  keyCounts,
  withholdBadKeys,
} from '../ledger/candidates.ts'
import { createDelta } from '../ledger/delta.ts'
import type { Marks } from '../ledger/marks.ts'
import { countDelta, readNumbers } from '../ledger/numbers.ts'
import { dropOutdated } from '../ledger/outdated.ts'
import type { PlannedDefinition, PlanSync } from '../ledger/plans.ts'
import type { Shape } from '../ledger/shape.ts'
import { type Claims, type Slot, slotsOf, writesOf } from '../ledger/slots.ts'
import { noSnapshot } from '../ledger/snapshot.ts'
import { asNumber, oneRow } from '../ledger/sql.ts'
import { doubtQuery, erasedQuery, parkedQuery } from '../ledger/standing.ts'
import type { SyncRecord } from '../ledger/syncs.ts'
import { keepWithheld, type Withheld } from '../ledger/withheld.ts'
import type { Sync } from '../model/definition.ts'
import { badKeys } from './bad-keys.ts'
import { checkIdentity, checkLists } from './carry-over.ts'
import type { RunContext } from './context.ts'

/** Version of the canonical forms in which values are compared and kept. */
export const CANONICAL_VERSION = 1

export interface PlanRequest {
  readonly sync: Sync
  readonly shape: Shape
  readonly record: SyncRecord | undefined
  /** Attributes that other living syncs write. */
  readonly claims: Claims
  readonly run: string
  readonly position: number
  readonly names: { delta: string; candidates: string; scratch: string }
  /** Only a run that holds the lease writes down what it withholds. */
  readonly keeps: boolean
  readonly marks: Marks
}

/** @throws SyncError for what concerns this sync alone: bad keys, a change that cannot be carried over. */
export async function planSync(context: RunContext, request: PlanRequest): Promise<PlanSync> {
  const { ledger } = context
  const { sync, shape, record } = request
  await checkIdentity(ledger, request)
  const slots = slotsOf(shape, record?.definition, request.claims)
  checkLists(sync, slots)
  const table = ledger.dialect.candidateTable(request.names.candidates)
  try {
    await fillCandidates(context, request, slots)
    const keys = await checkKeys(context, request, table)
    const known = record?.sync ?? sync.name
    const withheld: Withheld = request.keeps
      ? await keepWithheld(ledger, {
          sync: known,
          run: request.run,
          candidates: table,
          keyless: keys.keyless,
          flagged: keys.withheld,
          marks: request.marks,
        })
      : { fresh: 0 }
    await findDelta(context, request, { slots, areClean: keys.withheld === 0 })
    const delta = ledger.dialect.table(request.names.delta)
    const snapshot = record === undefined ? undefined : ledger.dialect.table(record.snapshot)
    if (request.keeps)
      await dropOutdated(ledger, {
        sync: known,
        slots,
        candidates: table,
        delta,
        snapshot,
        marks: request.marks,
      })
    const numbers = readNumbers(await oneRow(ledger.session, countDelta(ledger.dialect, delta, slots)), slots)
    const rows = keys.rows
    return {
      sync: sync.name,
      position: request.position,
      delta: request.names.delta,
      version: record?.version ?? 0,
      definition: definitionOf(sync, shape, slots),
      numbers: {
        ...numbers,
        rows,
        unchanged: Math.max(0, keys.good - numbers.added - numbers.changed),
        withheld: keys.withheld,
        withheldFresh: withheld.fresh,
        sizeBefore: record?.size ?? 0,
        firstLoad: (record?.size ?? 0) === 0,
      },
      heldBy: [],
      hash: sync.hash,
      sourceTime: (await context.databases.warehouse.sourceTime()) ?? undefined,
    }
  } finally {
    await ledger.session.run(`drop table if exists ${table}`)
  }
}

export function definitionOf(sync: Sync, shape: Shape, slots: readonly Slot[]): PlannedDefinition {
  return {
    identity: shape.identity,
    kind: sync.kind,
    createUsers: sync.createUsers,
    writes: writesOf(slots),
    hash: sync.hash,
    canonicalVersion: CANONICAL_VERSION,
    slots,
    file: sync.file,
    sql: sync.sql,
    maxAttempts: sync.maxAttempts,
    ...(sync.was === undefined ? {} : { was: sync.was }),
  }
}

async function fillCandidates(
  context: RunContext,
  request: PlanRequest,
  slots: readonly Slot[],
): Promise<void> {
  const { sync, shape } = request
  const round = sync.properties?.round
  const query = { sql: sync.sql, shape, slots, ...(round === undefined ? {} : { round }) }
  const { select, columns } = candidateSelect(context.databases.warehouse.dialect, query)
  await context.databases.warehouse.candidates({
    sync: sync.name,
    run: request.run,
    select,
    columns,
    table: request.names.candidates,
    session: context.ledger.session,
  })
}

interface Keys {
  readonly rows: number
  /** Rows that may be sent, and people whose rows may not. */
  readonly good: number
  readonly withheld: number
  /** Rows without a key, which no rejection can name. */
  readonly keyless: number
}

async function checkKeys(
  context: RunContext,
  { sync, shape, names }: PlanRequest,
  table: string,
): Promise<Keys> {
  const { dialect, session } = context.ledger
  const checked = await oneRow(session, keyCheck(dialect, table))
  const rows = asNumber(checked?.rows_read)
  const keyless = asNumber(checked?.null_keys) + asNumber(checked?.blank_keys)
  const duplicates =
    asNumber(checked?.repeats) === 0
      ? 0
      : asNumber((await oneRow(session, duplicateCheck(table)))?.duplicate_keys)
  const bad = asNumber(checked?.bad_rows)
  if (keyless + duplicates === 0) return { rows, good: rows - bad, withheld: bad, keyless }
  if (sync.badKeys === 'fail')
    throw badKeys(sync.file, shape.keyColumns, {
      rows,
      nulls: asNumber(checked?.null_keys),
      blanks: asNumber(checked?.blank_keys),
      duplicates,
    })
  for (const sql of withholdBadKeys(dialect, table, dialect.candidateTable(names.scratch)))
    await session.run(sql)
  const left = await oneRow(session, keyCounts(dialect, table))
  const flagged = asNumber(left?.bad_rows)
  return { rows, good: asNumber(left?.rows_read) - flagged, withheld: flagged + keyless, keyless }
}

async function findDelta(
  context: RunContext,
  request: PlanRequest,
  { slots, areClean }: { slots: readonly Slot[]; areClean: boolean },
): Promise<void> {
  const { ledger } = context
  const { dialect, session } = ledger
  const { record, sync, shape } = request
  const standing = { sync: record?.sync ?? sync.name, identity: shape.identity, slots, marks: request.marks }
  const snapshot = record === undefined ? undefined : dialect.table(record.snapshot)
  const wasUpdateOnly = record?.definition?.createUsers === false
  const refresh =
    sync.createUsers || snapshot === undefined
      ? undefined
      : { snapshot, days: sync.refreshDays, size: record?.size ?? 0, hasSentAt: wasUpdateOnly }
  const doubt = await doubtQuery(ledger, {
    ...standing,
    refresh,
    ...(sync.createUsers && wasUpdateOnly && snapshot !== undefined ? { owed: snapshot } : {}),
  })
  const parked = parkedQuery(ledger, standing)
  const erased = erasedQuery(ledger, standing)
  const found = session.run(
    createDelta(dialect, {
      delta: dialect.table(request.names.delta),
      candidates: dialect.candidateTable(request.names.candidates),
      snapshot: snapshot ?? noSnapshot(dialect),
      identity: shape.identity,
      slots,
      createUsers: sync.createUsers,
      areClean,
      ...(doubt === undefined ? {} : { doubt }),
      ...(parked === undefined ? {} : { parked }),
      ...(erased === undefined ? {} : { erased }),
    }),
  )
  if (request.keeps) void context.loadBraze?.()
  await found
}
