// Decides how acknowledgements reach the ledger while a run sends: together, at most every tenth of a second, each batch's
// refusals in the same transaction as its acknowledgement. What is not written here did not happen, as far as we know.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Refusal } from '../braze/port.ts'
import { checkFence, type Lease } from '../ledger/lease.ts'
import { insertRows, type Ledger, type Values } from '../ledger/sql.ts'

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

const PAUSE_MS = 100

export function openAcks(
  ledger: Ledger,
  context: { run: string; lease: Lease; onFailure: (error: unknown) => void },
): Acks {
  let acks: Values[] = []
  let refused: Values[] = []
  let writing: Promise<void> | undefined
  let failure: unknown
  const ack = (range: SentBatch, outcome: string): Values => ({
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
    await ledger.session.transaction(async (tx) => {
      await checkFence(tx, ledger, context.lease)
      await tx.run(insertRows(ledger, 'acks', rows))
      if (refusals.length > 0) await tx.run(insertRows(ledger, 'refusals', refusals))
    })
  }
  const drain = async (pause: number) => {
    if (pause > 0) await sleep(pause)
    while (acks.length > 0) await write()
  }
  const schedule = () => {
    writing ??= drain(PAUSE_MS)
      .catch((error: unknown) => {
        failure ??= error
        context.onFailure(error)
      })
      .finally(() => {
        writing = undefined
        if (acks.length > 0 && failure === undefined) schedule()
      })
  }
  const push = (row: Values, refusals: readonly Values[] = []) => {
    acks.push(row)
    refused.push(...refusals)
    schedule()
  }
  const flush = async () => {
    while (writing !== undefined) await writing
    if (failure !== undefined) throw failure
    await drain(0)
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

function refusalRows(run: string, batch: SentBatch, refusal: Refusal): Values[] {
  const attributes = refusal.attributes.length === 0 ? [''] : refusal.attributes
  return attributes.map((attribute) => ({
    run,
    seq: batch.firstSeq + refusal.index,
    attribute,
    reason: refusal.reason,
    may_hold: refusal.mayHold === true,
  }))
}
