// Decides how a run's answers become snapshots: for every sync one transaction under the fence, out of the frozen delta and
// the acknowledgements alone. Recovery of a run that died does the same, so nothing here looks at today's project. Stage 10.

import { answersOf } from '../ledger/ack-tables.ts'
import { checkFence, type Lease, stillOurs, takenOver } from '../ledger/lease.ts'
import { type Marks, readMarks } from '../ledger/marks.ts'
import { tableNames } from '../ledger/names.ts'
import { countDelta, readNumbers } from '../ledger/numbers.ts'
import type { PlanSync } from '../ledger/plans.ts'
import type { Accepted } from '../ledger/runs.ts'
import { isSilent } from '../ledger/said.ts'
import {
  among,
  countFresh,
  keepRefusals,
  outcomeTables,
  type SettleInput,
  settledCondition,
  settleSync,
} from '../ledger/settle.ts'
import { asNumber, asText, inScope, type Ledger, literal, oneRow, raw, updateRows } from '../ledger/sql.ts'
import type { SyncRecord } from '../ledger/syncs.ts'
import type { Session } from '../warehouse/port.ts'
import { advance, dropColumns } from './advance.ts'
import { type RunContext, withPurpose } from './context.ts'
import { inLanes } from './lanes.ts'

export interface SettleRequest {
  readonly run: string
  readonly plan: string
  readonly lease: Lease
  readonly size: number
  readonly syncs: readonly PlanSync[]
  readonly records: ReadonlyMap<string, SyncRecord>
  /** A saved plan keeps what was not accepted, so that it can be applied again. */
  readonly keepsRest: boolean
}

/** What became of one sync's people. */
export interface Settled {
  readonly sent: number
  readonly refused: number
  readonly freshRefused: number
  readonly unknown: number
  readonly accepted: Accepted
  /** People with something to send of whom no request left. */
  readonly unsent: number
  readonly dataPoints: number
  readonly sizeAfter: number
}

export async function settleRun(context: RunContext, request: SettleRequest): Promise<Map<string, Settled>> {
  const { ledger } = context
  const settled = new Map<string, Settled>()
  const noted = await notesOf(ledger, request.run)
  const left = request.syncs.filter(
    ({ sync, delta }) => delta !== undefined && noted.get(sync)?.isSettled !== true,
  )
  // A run that died after its last settle may have lost its outbox already.
  if (left.length === 0) return settled
  const names = tableNames(request.run)
  const allAccepted = await everythingAccepted(ledger, request.run, ledger.dialect.table(names.outbox))
  if (!allAccepted) await makeOutcomes(ledger, request, names)
  const marks = await readMarks(ledger)
  const lanes = ledger.dialect.isAtomic ? 1 : (context.databases.warehouse.concurrency ?? 1)
  await inLanes(left, lanes, async (planned) => {
    const stoppedAfter = noted.get(planned.sync)?.stoppedAfter
    settled.set(
      planned.sync,
      await settleOne(context, request, { planned, allAccepted, stoppedAfter, marks }),
    )
  })
  return settled
}

async function everythingAccepted(ledger: Ledger, run: string, outbox: string): Promise<boolean> {
  const { dialect, session } = ledger
  const where = `${inScope(ledger)} and run = ${literal(dialect, run)}`
  const { acks, refusals } = answersOf(ledger, run)
  const row = await oneRow(
    session,
    `select (select count(*) from ${outbox}) as total, (select count(*) from ${refusals} where ${where}) as refused, ` +
      `(select coalesce(sum(last_seq - first_seq + 1), 0) from ${acks} where ${where} and outcome = 'accepted') as accepted`,
  )
  return asNumber(row?.refused) === 0 && asNumber(row?.accepted) === asNumber(row?.total)
}

async function makeOutcomes(
  ledger: Ledger,
  request: SettleRequest,
  names: ReturnType<typeof tableNames>,
): Promise<void> {
  const { dialect, session } = ledger
  const [accepted, unsure] = [dialect.table(names.accepted), dialect.table(names.unsure)]
  for (const table of [accepted, unsure]) await session.run(`drop table if exists ${table}`)
  for (const sql of outcomeTables(ledger, {
    run: request.run,
    outbox: dialect.table(names.outbox),
    accepted,
    unsure,
    size: request.size,
  })) {
    await session.run(sql)
  }
}

interface Noted {
  readonly isSettled: boolean
  readonly stoppedAfter: number | undefined
}

async function notesOf(ledger: Ledger, run: string): Promise<ReadonlyMap<string, Noted>> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, settled, stopped_after from ${dialect.table('run_syncs')} where ${inScope(ledger)} and run = ${literal(dialect, run)}`,
  )
  return new Map(
    rows.map((row) => [
      asText(row.sync) ?? '',
      {
        isSettled: row.settled === true,
        stoppedAfter: row.stopped_after === null ? undefined : asNumber(row.stopped_after),
      },
    ]),
  )
}

interface Target {
  readonly planned: PlanSync
  readonly allAccepted: boolean
  readonly stoppedAfter: number | undefined
  readonly marks: Marks
}

async function settleOne(base: RunContext, request: SettleRequest, target: Target): Promise<Settled> {
  const context = withPurpose(base, { stage: 'settle', sync: target.planned.sync, run: request.run })
  const { ledger } = context
  const input = settleInput(context, request, target)
  const { gone, ...settled } = await ledger.session.transaction(async (tx) => {
    if (ledger.dialect.isAtomic) await checkFence(tx, ledger, request.lease)
    const numbers = readNumbers(
      await oneRow(tx, countDelta(ledger.dialect, input.delta, input.slots, settledCondition(ledger, input))),
      input.slots,
    )
    const counts = input.allAccepted
      ? { sent: numbers.objects, refused: 0, freshRefused: 0, unknown: 0, unsent: 0 }
      : await countOutcomes(ledger, tx, input)
    const record = request.records.get(target.planned.sync)
    const key = ledger.dialect.keyAfterFill(record?.snapshot ?? '', 'k')
    const [keeping, swept] =
      counts.refused === 0 ? [[], []] : [keepRefusals(ledger, input), [`drop table ${input.scratch}`]]
    const statements = [
      ...keeping,
      ...settleSync(ledger, input),
      ...(key === undefined ? [] : [key]),
      ...swept,
    ]
    for (const sql of statements) await tx.run(sql)
    const whole = counts.unknown + counts.unsent + counts.refused === 0
    const { size, gone } = await advance(ledger, tx, {
      plan: request.plan,
      planned: target.planned,
      record,
      snapshot: input.snapshot,
      whole,
      fence: input.fence,
    })
    const removes = { leavers: numbers.removed, byAttribute: numbers.lost }
    const noted = await tx.run(
      updateRows({ ...ledger, session: tx }, 'run_syncs', {
        set: {
          settled: true,
          sent: counts.sent,
          unknown: counts.unknown,
          data_points: numbers.dataPoints,
          size_after: size,
          removes: JSON.stringify(removes),
          ended_at: raw(ledger.dialect.now),
        },
        where: { run: request.run, sync: target.planned.sync },
        only: input.fence,
      }),
    )
    if (!ledger.dialect.isAtomic && noted === 0) throw takenOver()
    // Last: what is settled on record need not be found again.
    if (request.keepsRest)
      await tx.run(
        `delete from ${input.delta} where k in (select d.k from ${input.delta} as d where ${settledCondition(ledger, input)})`,
      )
    const { added, changed, removed, repaired } = numbers
    const accepted = { added, changed, removed, repaired }
    return { ...counts, accepted, dataPoints: numbers.dataPoints, sizeAfter: size, gone }
  })
  if (gone.length > 0) await dropColumns(ledger, request.lease, { snapshot: input.snapshot, columns: gone })
  return settled
}

function settleInput(context: RunContext, request: SettleRequest, target: Target): SettleInput {
  const { dialect } = context.ledger
  const { planned } = target
  const { definition, numbers } = planned
  const names = tableNames(request.run)
  const record = request.records.get(planned.sync)
  return {
    run: request.run,
    plan: request.plan,
    sync: planned.sync,
    identity: definition.identity,
    slots: definition.slots,
    delta: dialect.table(planned.delta ?? ''),
    snapshot: dialect.table(record?.snapshot ?? ''),
    outbox: dialect.table(names.outbox),
    accepted: dialect.table(names.accepted),
    unsure: dialect.table(names.unsure),
    scratch: dialect.table(`${names.scratch}_${planned.position}`),
    allAccepted: target.allAccepted,
    ...(target.stoppedAfter === undefined ? {} : { stoppedAfter: target.stoppedAfter }),
    firstLoad: numbers.firstLoad,
    hasSentAt: !definition.createUsers,
    maxAttempts: definition.maxAttempts,
    keepsHistory: context.project.historyDays > 0,
    fence: stillOurs(context.ledger, request.lease),
    isInDoubt: target.marks.inDoubt(planned.sync),
    hasRefusals: target.marks.refusals(planned.sync).length > 0,
  }
}

async function countOutcomes(
  ledger: Ledger,
  tx: Session,
  input: SettleInput,
): Promise<Pick<Settled, 'sent' | 'refused' | 'freshRefused' | 'unknown' | 'unsent'>> {
  const { dialect } = ledger
  const silent = isSilent(input.slots, 'd')
  const [accepted, unsure] = [among(ledger, input, input.accepted), among(ledger, input, input.unsure)]
  const row = await oneRow(
    tx,
    `select count(*) as total, ${dialect.countIf(accepted)} as sent, ${dialect.countIf(unsure)} as unknown from ${input.delta} as d where not (${silent})`,
  )
  const fresh = await oneRow(tx, countFresh(ledger, input))
  const [sent, unknown, refused] = [asNumber(row?.sent), asNumber(row?.unknown), asNumber(fresh?.people)]
  const wholly = asNumber(fresh?.whole)
  return {
    sent,
    unknown,
    refused,
    freshRefused: asNumber(fresh?.fresh),
    unsent: Math.max(0, asNumber(row?.total) - sent - unknown - wholly),
  }
}

/** Ends a run on record. */
export async function closeRun(
  ledger: Ledger,
  run: string,
  set: { status: string; error: string | null; requests?: number; objects?: number; dataPoints?: number },
): Promise<void> {
  await ledger.session.run(
    updateRows(ledger, 'runs', {
      set: {
        status: set.status,
        phase: 'done',
        ended_at: raw(ledger.dialect.now),
        error: set.error,
        ...(set.requests === undefined ? {} : { requests: set.requests }),
        ...(set.objects === undefined ? {} : { objects: set.objects }),
        ...(set.dataPoints === undefined ? {} : { data_points: set.dataPoints }),
      },
      where: { run },
    }),
  )
}
