// Decides the deltas of all selected syncs: describes every query first, fails those that meet, plans the rest, as many at
// once as the warehouse likes, judges each by its guards. What goes wrong with one sync never stops the others. Stages 4 to 6.

import { readMarks } from '../ledger/marks.ts'
import { tableNames } from '../ledger/names.ts'
import type { PlanSync } from '../ledger/plans.ts'
import { type RecentRemoves, recentRemovesBySync } from '../ledger/recent.ts'
import { type Shape, shapeOf } from '../ledger/shape.ts'
import { readSyncs, recordFor, type SyncRecord } from '../ledger/syncs.ts'
import type { Sync } from '../model/definition.ts'
import { LeaseLostError, StatementError, WarehouseError } from '../model/errors.ts'
import type { QueryCost } from '../warehouse/port.ts'
import { type RunContext, withPurpose } from './context.ts'
import { judge, tooManyBytes } from './guard.ts'
import { claimsBeside, yieldToHeirs } from './heirs.ts'
import { inFile } from './in-file.ts'
import { inLanes } from './lanes.ts'
import { meetings } from './meetings.ts'
import { planSync } from './plan-sync.ts'
import { writersOf } from './writers.ts'

export interface PlannedSet {
  readonly planned: readonly PlanSync[]
  readonly failed: ReadonlyMap<string, Error>
  readonly records: ReadonlyMap<string, SyncRecord>
  /** What reading each query costs, where the database bills it. */
  readonly costs?: ReadonlyMap<string, QueryCost>
  /** Held before their SQL ran, and why. */
  readonly unread?: ReadonlyMap<string, readonly string[]>
}

export async function planAll(
  context: RunContext,
  request: { run: string; plan: string; syncs: readonly Sync[]; keeps: boolean },
): Promise<PlannedSet> {
  const { syncs } = request
  const records = await readSyncs(context.ledger)
  const failed = new Map<string, Error>()
  const shapes = new Map<string, Shape>()
  const costs = new Map<string, QueryCost>()
  const unread = new Map<string, readonly string[]>()
  await each(context, { syncs, failed }, async (sync) => {
    const { warehouse } = context.databases
    shapes.set(sync.name, shapeOf(sync, await warehouse.columns(sync.sql)))
    const cost = await warehouse.cost?.(sync.sql)
    if (cost !== undefined) costs.set(sync.name, cost)
    const reasons = tooManyBytes(cost)
    if (reasons.length > 0) unread.set(sync.name, reasons)
  })
  const marks = await readMarks(context.ledger)
  const removes = await recentRemovesBySync(context.ledger)
  const writers = writersOf(context.project.syncs, { shapes, records })
  for (const [name, error] of meetings(writers, syncs)) if (!failed.has(name)) failed.set(name, error)
  const judged = (frozen: PlanSync): PlanSync => {
    const sync = syncs.find(({ name }) => name === frozen.sync)
    if (sync === undefined) return frozen
    const record = recordFor(records, sync)
    const recent = removes(record?.sync ?? sync.name)
    return { ...frozen, heldBy: guarded(sync, { frozen, record, recent }) }
  }
  const planned: PlanSync[] = []
  const names = tableNames(request.plan)
  await each(context, { syncs, failed }, async (sync, position) => {
    const shape = shapes.get(sync.name)
    if (shape === undefined || unread.has(sync.name)) return
    context.progress({ stage: 'candidates', sync: sync.name, done: position, total: syncs.length })
    const record = recordFor(records, sync)
    const own = withPurpose(context, { stage: 'plan', sync: sync.name, run: request.run })
    const frozen = await planSync(own, {
      sync,
      shape,
      record,
      claims: claimsBeside(writers, { name: sync.name, shapes, records }),
      run: request.run,
      position,
      names: {
        delta: names.delta(position),
        candidates: names.candidates(position),
        scratch: `${names.scratch}_${position}`,
      },
      keeps: request.keeps,
      marks,
    })
    planned.push(judged(frozen))
  })
  planned.sort((a, b) => a.position - b.position)
  const apart = await yieldToHeirs(context.ledger, planned, judged)
  return { planned: apart, failed, records, costs, unread }
}

type Selected = { readonly syncs: readonly Sync[]; readonly failed: Map<string, Error> }

async function each(
  context: RunContext,
  { syncs, failed }: Selected,
  work: (sync: Sync, position: number) => Promise<void>,
): Promise<void> {
  const lanes = context.databases.warehouse.concurrency ?? 1
  await inLanes(syncs.entries(), lanes, async ([position, sync]) => {
    if (failed.has(sync.name)) return
    context.stop.throwIfAborted()
    try {
      await work(sync, position)
    } catch (error) {
      // Out of reach, or told to stop, concerns the whole run; anything else only this sync.
      if (context.stop.aborted || isFatal(error)) throw error
      failed.set(sync.name, inFile(sync, error))
    }
  })
}

const isFatal = (error: unknown): boolean =>
  error instanceof LeaseLostError || (error instanceof WarehouseError && !(error instanceof StatementError))

function guarded(
  sync: Sync,
  { frozen, record, recent }: { frozen: PlanSync; record: SyncRecord | undefined; recent: RecentRemoves },
): string[] {
  const { slots } = frozen.definition
  const star = record?.definition !== undefined && record.size > 0 && sync.selectsStar
  return judge({
    guards: sync.guards,
    numbers: frozen.numbers,
    recent,
    sourceTime: frozen.sourceTime,
    settledSourceTime: record?.sourceTime,
    newThroughStar: star
      ? slots.flatMap((slot) => (slot.target !== undefined && slot.held.length === 0 ? [slot.attribute] : []))
      : [],
  })
}
