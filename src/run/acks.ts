// Decides how acknowledgements reach the ledger while a run sends: together, after a pause that the store chooses, each
// batch's refusals in the same transaction as its acknowledgement, or before it. What is not written here did not happen, as
// far as we know.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Refusal } from '../braze/port.ts'
import { ackTables } from '../ledger/ack-tables.ts'
import { checkFence, type Lease } from '../ledger/lease.ts'
import { insertRows, type Ledger } from '../ledger/sql.ts'
import type { Row, Session } from '../warehouse/port.ts'

export interface SentBatch {
  readonly firstSeq: number
  readonly lastSeq: number
}

export interface Acks {
  /** Rows of these numbers may leave from now on; resolves when that is on record. */
  started(range: SentBatch): Promise<void>
  answered(batch: SentBatch, refusals: readonly Refusal[]): void
  /** A batch that may have arrived although nothing understandable said so. */
  unknown(batch: SentBatch): void
  /** A batch within a started range of which no request left. */
  unsent(batch: SentBatch): void
  /** Writes what is pending. Rejects when a write failed, now or before. */
  flush(): Promise<void>
}

export function openAcks(
  ledger: Ledger,
  context: { run: string; lease: Lease; onFailure: (error: unknown) => void },
): Acks {
  let acks: Row[] = []
  let refused: Row[] = []
  let writing: Promise<void> | undefined
  let failure: unknown
  let pause = new AbortController()
  const ack = (range: SentBatch, outcome: string): Row => ({
    run: context.run,
    first_seq: range.firstSeq,
    last_seq: range.lastSeq,
    outcome,
  })

  const write = async () => {
    const [rows, refusals] = [acks, refused]
    acks = []
    refused = []
    if (rows.length === 0) return
    const { append } = ledger.session
    if (append !== undefined) return await appendAll(ledger, append, { run: context.run, rows, refusals })
    await ledger.session.transaction(async (tx) => {
      await checkFence(tx, ledger, context.lease)
      await tx.run(insertRows(ledger, 'acks', rows))
      if (refusals.length > 0) await tx.run(insertRows(ledger, 'refusals', refusals))
    })
  }
  const drain = async () => {
    pause = new AbortController()
    await sleep(ledger.dialect.ackPauseMs, undefined, { signal: pause.signal }).catch(() => undefined)
    // Once: what comes meanwhile waits for the next pause, so that a fast run is not one transaction after another.
    await write()
  }
  const schedule = () => {
    writing ??= drain()
      .catch((error: unknown) => {
        failure ??= error
        context.onFailure(error)
      })
      .finally(() => {
        writing = undefined
        if (acks.length > 0 && failure === undefined) schedule()
      })
  }
  const push = (row: Row, refusals: readonly Row[] = []) => {
    acks.push(row)
    refused.push(...refusals)
    schedule()
  }
  const flush = async () => {
    while (writing !== undefined) {
      pause.abort()
      await writing
    }
    if (failure !== undefined) throw failure
    while (acks.length > 0) await write()
  }
  return {
    started: async (range) => {
      // At once, not with the next lot: the sender waits for it.
      acks.push(ack(range, 'started'))
      await write()
    },
    answered: (batch, refusals) =>
      push(
        ack(batch, 'accepted'),
        refusals.flatMap((refusal) => refusalRows(context.run, batch, refusal)),
      ),
    unknown: (batch) => push(ack(batch, 'unknown')),
    unsent: (batch) => push(ack(batch, 'unsent')),
    flush,
  }
}

/** Refusals first: without its acknowledgement a refusal is only in doubt, without its refusal a person would be settled. */
async function appendAll(
  ledger: Ledger,
  append: NonNullable<Session['append']>,
  { run, rows, refusals }: { run: string; rows: readonly Row[]; refusals: readonly Row[] },
): Promise<void> {
  const tables = ackTables(ledger, run)
  const whole = (row: Row): Row => ({ ...ledger.scope, ...row })
  if (refusals.length > 0) await append(tables.refusals, refusals.map(whole))
  await append(tables.acks, rows.map(whole))
}

function refusalRows(run: string, batch: SentBatch, refusal: Refusal): Row[] {
  const attributes = refusal.attributes.length === 0 ? [''] : refusal.attributes
  return attributes.map((attribute) => ({
    run,
    seq: batch.firstSeq + refusal.index,
    attribute,
    reason: refusal.reason,
    may_hold: refusal.mayHold === true,
  }))
}
