// Decides how frozen deltas reach Braze: packs the outbox, begins sending on record, sends, settles. Stages 7 to 10, the
// same for a fresh sync, a saved plan and a retirement.

import type { Braze } from '../braze/port.ts'
import { tableNames } from '../ledger/names.ts'
import type { OutboxPart } from '../ledger/outbox.ts'
import type { PlanSync } from '../ledger/plans.ts'
import { updateRows } from '../ledger/sql.ts'
import { readSyncs, type SyncRecord } from '../ledger/syncs.ts'
import { asError } from '../model/errors.ts'
import type { Session } from '../warehouse/port.ts'
import { openAcks } from './acks.ts'
import { ENOUGH_BATCHES, openBreaker } from './breaker.ts'
import { ledgerOn, type RunContext, withPurpose } from './context.ts'
import type { Deadline } from './deadline.ts'
import type { KeptLease } from './keep-lease.ts'
import { creators } from './may-create.ts'
import { makeOutbox, type Packed } from './pack.ts'
import { beginSending } from './register.ts'
import { type SendResult, sendOutbox } from './send.ts'
import { type Settled, settleRun } from './settle-run.ts'

export interface DeliverRequest {
  readonly run: string
  readonly plan: string
  readonly lease: KeptLease
  readonly syncs: readonly PlanSync[]
  readonly records: ReadonlyMap<string, SyncRecord>
  readonly keepsRest: boolean
  readonly deadline: Deadline
}

export interface Delivered {
  readonly settled: ReadonlyMap<string, Settled>
  /** Syncs that were stopped because too much of them was refused. */
  readonly stopped: ReadonlyMap<string, Error>
  readonly objects: number
  readonly requests: number
  readonly failure: Error | undefined
}

/** Whether anything at all is to be settled. */
export const hasRows = ({ numbers }: PlanSync): boolean =>
  numbers.added + numbers.changed + numbers.removed + numbers.repaired > 0

export async function deliver(context: RunContext, request: DeliverRequest): Promise<Delivered> {
  const syncs = request.syncs.filter((sync) => hasRows(sync) || definitionMoved(sync, request.records))
  if (syncs.length === 0)
    return { settled: new Map(), stopped: new Map(), objects: 0, requests: 0, failure: undefined }
  const { ledger } = context
  const size = context.project.braze.objectsPerRequest
  const parts = syncs.map((sync) => outboxPart(context, sync))
  const names = tableNames(request.run)
  const outbox = ledger.dialect.table(names.outbox)
  // Both ends are opened while the database fills the outbox; Braze before anything is on record as started, so that a wrong
  // endpoint leaves no trace.
  const opening = syncs.some(hasRows) ? openEnds(context) : Promise.resolve(undefined)
  opening.catch(() => undefined)
  try {
    const packing = withPurpose(context, { stage: 'outbox', run: request.run })
    const packed = await makeOutbox(packing, names, {
      parts,
      fresh: request.keepsRest ? [] : syncs.flatMap(({ delta }) => delta ?? []),
    })
    const ends = await opening
    await beginSending(context, {
      run: request.run,
      lease: request.lease.lease,
      syncs,
      records: request.records,
    })
    const sending = { request, syncs, parts, outbox, packed, size }
    const sent =
      ends === undefined || packed.objects === 0
        ? { result: NOTHING, stopped: new Map() }
        : await send(context, ends, sending)
    const requests = ends?.braze.stats().requests ?? 0
    context.progress({ stage: 'settle' })
    await request.lease.extend(SETTLE_SECONDS)
    // The other run has settled in our place: to find nothing left to do would look like success.
    request.lease.lost.throwIfAborted()
    await ledger.session.run(
      updateRows(ledger, 'runs', {
        set: { requests, objects: sent.result.objects },
        where: { run: request.run },
      }),
    )
    const records = await readSyncs(ledger)
    const settled = await settleRun(context, {
      run: request.run,
      plan: request.plan,
      lease: request.lease.lease,
      size,
      syncs,
      records,
      keepsRest: request.keepsRest,
    })
    const failure = sent.result.failure === undefined ? undefined : asError(sent.result.failure)
    return { settled, stopped: sent.stopped, objects: sent.result.objects, requests, failure }
  } finally {
    await opening.then(
      (ends) => ends?.close(),
      () => undefined,
    )
  }
}

const NOTHING: SendResult = { objects: 0, complete: true, failure: undefined }
/** A settle of a first load may take longer than a lease lives. */
const SETTLE_SECONDS = 900

function definitionMoved(sync: PlanSync, records: ReadonlyMap<string, SyncRecord>): boolean {
  const known = records.get(sync.sync)?.definition
  if (known === undefined || known.hash !== sync.definition.hash) return true
  return known.writes.length !== sync.definition.writes.length
}

function outboxPart(context: RunContext, sync: PlanSync): OutboxPart {
  return {
    sync: sync.sync,
    identity: sync.definition.identity,
    delta: context.ledger.dialect.table(sync.delta ?? ''),
    slots: sync.definition.slots,
    rows: sync.numbers.objects,
    silent: sync.numbers.silent,
    removes: sync.numbers.removed + Object.values(sync.numbers.lost).reduce((sum, n) => sum + n, 0),
    firstLoad: sync.numbers.firstLoad,
  }
}

/** Where the outbox is read, and where it goes. */
interface Ends {
  readonly reader: Session
  readonly braze: Braze
  close(): Promise<void>
}

async function openEnds(context: RunContext): Promise<Ends> {
  const braze = await context.openBraze()
  try {
    const reader = await context.databases.store.session()
    return { reader, braze, close: async () => void (await Promise.all([reader.close(), braze.close()])) }
  } catch (error) {
    await braze.close()
    throw error
  }
}

interface Sending {
  readonly request: DeliverRequest
  readonly syncs: readonly PlanSync[]
  readonly parts: readonly OutboxPart[]
  readonly outbox: string
  readonly packed: Packed
  readonly size: number
}

async function send(
  context: RunContext,
  { braze, reader }: Ends,
  sending: Sending,
): Promise<{ result: SendResult; stopped: ReadonlyMap<string, Error> }> {
  const { request, outbox, size } = sending
  const total = sending.packed.objects
  const abort = new AbortController()
  const purpose = { run: request.run }
  const acks = openAcks(withPurpose(context, { ...purpose, stage: 'acks' }).ledger, {
    run: request.run,
    lease: request.lease.lease,
    onFailure: (error) => abort.abort(error),
  })
  const breaker = openBreaker(context, {
    run: request.run,
    outbox,
    parts: sending.parts,
    front: context.ledger.dialect.table(tableNames(request.run).front),
    total,
    size,
  })
  const result = await sendOutbox({
    ledger: withPurpose({ ...context, ledger: ledgerOn(context, reader) }, { ...purpose, stage: 'send' })
      .ledger,
    outbox,
    end: sending.packed.end,
    size,
    braze,
    acks,
    mayLeave: request.lease.mayLeave,
    mayCreate: creators(sending.syncs),
    stop: AbortSignal.any([context.stop, request.lease.lost, abort.signal]),
    deadline: request.deadline,
    firstLook: ENOUGH_BATCHES,
    between: async (progress) => {
      context.progress({
        stage: 'send',
        objects: progress.objects,
        total,
        requests: braze.stats().requests,
      })
      return await breaker.check(progress, acks)
    },
  })
  context.progress({ stage: 'send', objects: result.objects, total, requests: braze.stats().requests })
  return { result, stopped: breaker.stopped() }
}
