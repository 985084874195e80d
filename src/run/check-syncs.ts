// Decides what `check` finds: every definition described by the warehouse without reading a row, and judged by the rules of
// Braze, of the other syncs and of what the ledger already holds. Sends nothing, writes nothing.

import { type Shape, shapeOf, type WriteSpec } from '../ledger/shape.ts'
import type { Ledger } from '../ledger/sql.ts'
import { readSyncs, recordFor, type SyncRecord } from '../ledger/syncs.ts'
import type { Sync } from '../model/definition.ts'
import { WarehouseError } from '../model/errors.ts'
import type { QueryCost, Warehouse } from '../warehouse/port.ts'
import { type Change, refusedChange } from './carry-over.ts'
import type { RunDeps } from './context.ts'
import { tooManyBytes } from './guard.ts'
import { claimsBeside } from './heirs.ts'
import { inFile } from './in-file.ts'
import { meetings } from './meetings.ts'
import { type LedgerDeps, readLedger } from './read-ledger.ts'
import { type Orphan, orphansOf, writersOf } from './writers.ts'

export interface CheckedSync {
  readonly sync: Sync
  /** Absent when the sync failed before its columns were known. */
  readonly shape: Shape | undefined
  /** What its query costs, where the warehouse bills it. */
  readonly cost?: QueryCost | undefined
  readonly warnings: readonly string[]
  readonly error: Error | undefined
}

export interface CheckReport {
  readonly syncs: readonly CheckedSync[]
  readonly orphans: readonly Orphan[]
  /** Of the whole project. */
  readonly warnings: readonly string[]
  /** What a run would be refused, whatever it selects. */
  readonly refusals?: readonly string[]
}

export type CheckDeps = LedgerDeps & Pick<RunDeps, 'stop'>

export async function checkSyncs(deps: CheckDeps, syncs: readonly Sync[]): Promise<CheckReport> {
  const { warehouse } = deps.databases
  const records = (await readLedger(deps, readSyncs)) ?? new Map<string, SyncRecord>()
  const described = new Map<string, Described | Error>()
  for (const sync of syncs) {
    deps.stop.throwIfAborted()
    described.set(sync.name, await describe(warehouse, sync, deps.stop))
  }
  const shapes = new Map(
    [...described].flatMap(([name, found]) => (found instanceof Error ? [] : [[name, found.shape]])),
  )
  const place = await deps.databases.store.standing?.()
  const writers = writersOf(deps.project.syncs, { shapes, records })
  const clashes = meetings(writers, syncs)
  const changes = syncs.flatMap((sync) => {
    const shape = shapes.get(sync.name)
    const claims = claimsBeside(writers, { name: sync.name, shapes, records })
    const record = recordFor(records, sync)
    return shape === undefined || record === undefined ? [] : [{ sync, record, claims, shape }]
  })
  const refused =
    changes.length === 0 ? undefined : await readLedger(deps, (ledger) => refusedAmong(ledger, changes))
  return {
    syncs: syncs.map((sync) => {
      const found = described.get(sync.name)
      const { shape, cost } = found instanceof Error || found === undefined ? {} : found
      const error = found instanceof Error ? found : (clashes.get(sync.name) ?? refused?.get(sync.name))
      const record = recordFor(records, sync)
      const overBudget = tooManyBytes(cost).map((reason) => `a run would hold it: ${reason}`)
      const warnings = shape === undefined ? [] : [...overBudget, ...warningsOf(shape, record)]
      return { sync, shape, cost, error, warnings }
    }),
    orphans: orphansOf(records, deps.project.syncs).map(({ sync, size }) => ({ name: sync, size })),
    warnings: [...((await warehouse.canWriteElsewhere()) ? [CAN_WRITE] : []), ...(place?.notes ?? [])],
    refusals: place?.refusals ?? [],
  }
}

const CAN_WRITE = 'the role of warehouse.url can write outside our schema; one that only reads there is safer'

async function refusedAmong(ledger: Ledger, changes: readonly Change[]): Promise<Map<string, Error>> {
  const refused = new Map<string, Error>()
  for (const change of changes) {
    const error = await refusedChange(ledger, change)
    if (error !== undefined) refused.set(change.sync.name, error)
  }
  return refused
}

interface Described {
  readonly shape: Shape
  readonly cost: QueryCost | undefined
}

async function describe(warehouse: Warehouse, sync: Sync, stop: AbortSignal): Promise<Described | Error> {
  try {
    return { shape: shapeOf(sync, await warehouse.columns(sync.sql)), cost: await warehouse.cost?.(sync.sql) }
  } catch (error) {
    stop.throwIfAborted()
    // Out of reach concerns every sync; anything else only this one.
    if (error instanceof WarehouseError) throw error
    return inFile(sync, error)
  }
}

function warningsOf(shape: Shape, record: SyncRecord | undefined): string[] {
  const before = record?.definition
  const settled = before !== undefined && (record?.size ?? 0) > 0 ? before : undefined
  return [
    ...(shape.unused.length === 0
      ? []
      : [
          `people are named by ${shape.identity}; ${shape.unused.join(', ')} ${shape.unused.length === 1 ? 'is' : 'are'} not used`,
        ]),
    ...(settled === undefined ? [] : changedWrites(shape.writes, settled.writes)),
  ]
}

type Written = Pick<WriteSpec, 'attribute' | 'element' | 'onLeave' | 'valueKind'>

const isSame = (a: Written, b: Written) => a.attribute === b.attribute && a.element === b.element

/** What the next run will do because the definition has changed since the last settled one. */
function changedWrites(now: readonly Written[], before: readonly Written[]): string[] {
  const fresh = now.filter((write) => !before.some((old) => isSame(old, write)))
  const gone = before.filter((old) => !now.some((write) => isSame(old, write)))
  const kept = now.flatMap((write) => {
    const old = before.find((one) => isSame(one, write))
    return old === undefined ? [] : [{ write, old }]
  })
  return [
    ...fresh.map((write) => `${named(write)} is new`),
    ...gone.map((write) =>
      write.onLeave === 'keep'
        ? `${named(write)} is no longer written; Braze keeps what it has`
        : `${named(write)} is no longer written, and will be taken back`,
    ),
    ...kept.flatMap(({ write, old }) => [
      ...(write.valueKind === old.valueKind
        ? []
        : [`${named(write)} was ${old.valueKind} and is now ${write.valueKind}: it will be sent again`]),
      ...(write.onLeave === old.onLeave
        ? []
        : [
            `on_leave of ${named(write)} was ${old.onLeave} and is now ${write.onLeave}, for people who leave from now on`,
          ]),
    ]),
  ]
}

const named = ({ attribute, element }: Written): string =>
  element === undefined ? attribute : `${attribute} (${element})`
