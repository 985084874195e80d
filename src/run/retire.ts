// Decides what `retire` does: takes back everything that Braze holds because of a sync, then forgets the sync. It needs no
// file; what a living sync writes too is left alone.

import { createDelta } from '../ledger/delta.ts'
import { checkFence, type Lease } from '../ledger/lease.ts'
import { readMarks } from '../ledger/marks.ts'
import { tableNames } from '../ledger/names.ts'
import { countDelta, readNumbers } from '../ledger/numbers.ts'
import { type PlanHead, type PlanSync, savePlan, setPlanStatus, startPlan } from '../ledger/plans.ts'
import { type Claims, type Slot, slotsOf } from '../ledger/slots.ts'
import { deleteRows, oneRow, updateRows } from '../ledger/sql.ts'
import { doubtQuery } from '../ledger/standing.ts'
import { readSyncs, type SyncRecord } from '../ledger/syncs.ts'
import type { SettledDefinition, Write } from '../model/definition.ts'
import { UsageError } from '../model/errors.ts'
import { didYouMean } from '../model/nearest.ts'
import type { RunContext, RunDeps } from './context.ts'
import { deliver } from './deliver.ts'
import { noteSyncs } from './keep-books.ts'
import { readLedger } from './read-ledger.ts'
import type { RunReport } from './report.ts'
import { inRun } from './run.ts'

export async function retireSync(
  deps: RunDeps,
  request: { name: string; waitSeconds: number },
): Promise<RunReport> {
  // Before the lease, so that a mistyped name is answered at once, and is no run.
  const known = await readLedger(deps, async (ledger) =>
    recordOf(await readSyncs(ledger), deps, request.name),
  )
  const { kind } = (known ?? recordOf(new Map(), deps, request.name)).definition
  const syncs = [{ name: request.name, kind, hash: '' }]
  return await inRun(
    deps,
    { command: 'retire', waitSeconds: request.waitSeconds, syncs },
    async (context, current) => {
      const records = await readSyncs(context.ledger)
      const record = recordOf(records, deps, request.name)
      const planned = await planRetirement(context, {
        ...current,
        record,
        claimed: claimedByOthers(deps, records, request.name),
      })
      const set = { planned: [planned], failed: new Map(), records }
      await noteSyncs(context, { run: current.run, set, held: new Map(), slots: new Map(), syncs })
      const delivered = await deliver(context, { ...current, syncs: [planned], records, keepsRest: false })
      await setPlanStatus(context.ledger, current.plan, 'applied')
      const settled = delivered.settled.get(request.name)
      const whole =
        delivered.failure === undefined &&
        (settled === undefined || settled.unsent + settled.unknown + settled.refused === 0)
      if (whole) await forgetSync(context, current.lease.lease, record)
      return { set, held: new Map(), delivered }
    },
  )
}

type Settled = SyncRecord & { readonly definition: SettledDefinition }

/** @throws UsageError when Braze holds nothing because of a sync of this name. */
function recordOf(
  records: ReadonlyMap<string, SyncRecord>,
  { project }: Pick<RunDeps, 'project'>,
  name: string,
): Settled {
  const record = records.get(name)
  if (record?.definition !== undefined) return { ...record, definition: record.definition }
  const known = [...records.keys()]
  const isNew = project.syncs.some((sync) => sync.name === name)
  const hint = isNew
    ? 'It has never sent anything, so there is nothing to take back.'
    : known.length === 0
      ? 'Nothing has been sent yet, so there is nothing to take back.'
      : didYouMean(name, known)
  throw new UsageError(`the ledger knows no sync ${name}`, { hint })
}

/** Attributes that living syncs write, by the ledger and by what their files declare. */
function claimedByOthers(deps: RunDeps, records: ReadonlyMap<string, SyncRecord>, name: string): Claims {
  const living = deps.project.syncs.filter((sync) => sync.name !== name)
  const settled = living.flatMap(
    (sync) => records.get(sync.name)?.definition?.writes.filter((write) => write.element === undefined) ?? [],
  )
  const declared = living.flatMap((sync) =>
    sync.audience?.membership === 'flag' ? [sync.audience.attribute] : [],
  )
  const attributes = [...settled.map((write) => write.attribute), ...declared]
  return new Map(attributes.map((attribute) => [attribute, [{ sync: name, identity: undefined }]]))
}

interface Retirement {
  readonly run: string
  readonly plan: string
  readonly record: Settled
  readonly claimed: Claims
}

async function planRetirement(context: RunContext, retirement: Retirement): Promise<PlanSync> {
  const { ledger, project } = context
  const { dialect, session } = ledger
  const { record } = retirement
  const { definition } = record
  const slots = retiredSlots(definition, retirement.claimed)
  const head: PlanHead = {
    plan: retirement.plan,
    command: 'retire',
    origin: project.braze.endpoint,
    objects: 0,
    batchSize: project.braze.objectsPerRequest,
  }
  await startPlan(ledger, head, 1)
  const delta = tableNames(retirement.plan).delta(0)
  const doubt = await doubtQuery(ledger, {
    sync: record.sync,
    identity: definition.identity,
    slots,
    refresh: undefined,
    marks: await readMarks(ledger),
  })
  const text = dialect.types.text
  await session.run(
    createDelta(dialect, {
      delta: dialect.table(delta),
      candidates: `(select cast(null as ${text}) as k, cast(null as ${text}) as bad from (select 1 as one) as nobody where one = 0)`,
      snapshot: dialect.table(record.snapshot),
      identity: definition.identity,
      slots,
      createUsers: false,
      leaves: true,
      ...(doubt === undefined ? {} : { doubt }),
    }),
  )
  const numbers = readNumbers(await oneRow(session, countDelta(dialect, dialect.table(delta), slots)), slots)
  const planned: PlanSync = {
    sync: record.sync,
    position: 0,
    delta,
    version: record.version,
    definition: { ...definition, slots, file: '', sql: '', maxAttempts: 1, retires: true },
    numbers: {
      ...numbers,
      rows: 0,
      unchanged: 0,
      withheld: 0,
      withheldFresh: 0,
      sizeBefore: record.size,
      firstLoad: false,
    },
    heldBy: [],
    hash: '',
    sourceTime: undefined,
  }
  await savePlan(ledger, head, { status: 'applying', syncs: [planned] })
  return planned
}

/** Everything is taken back, also what a leaver would keep; only what others claim is merely forgotten. */
function retiredSlots(definition: SettledDefinition, claimed: Claims): Slot[] {
  const back = (write: Write): Write =>
    write.onLeave === 'keep' ? { ...write, onLeave: write.element === undefined ? 'unset' : 'remove' } : write
  const nothing = { identity: definition.identity, keyColumns: [], writes: [], unused: [] }
  return slotsOf(nothing, { ...definition, writes: definition.writes.map(back) }, claimed)
}

/** All at once, or in this order: a sync on record whose snapshot is gone could be neither run nor retired. */
async function forgetSync(context: RunContext, lease: Lease, record: SyncRecord): Promise<void> {
  const { ledger } = context
  await ledger.session.transaction(async (tx) => {
    await checkFence(tx, ledger, lease)
    const where = { sync: record.sync }
    // Its removes are not those of a sync that begins anew under the same name.
    await tx.run(updateRows(ledger, 'run_syncs', { set: { removes: null }, where }))
    for (const table of ['doubt', 'rejections', 'syncs'] as const)
      await tx.run(deleteRows(ledger, table, where))
    await tx.run(`drop table if exists ${ledger.dialect.table(record.snapshot)}`)
  })
}
