// Decides how an outbox leaves: chunk by chunk, each marked as started before its first request, a bounded number of
// batches under way, the next chunk read meanwhile; and when to stop. Stages 8 and 9.

import type { Batch, Braze, Refusal } from '../braze/port.ts'
import { readBatches } from '../ledger/outbox.ts'
import { asNumber, asText, type Ledger } from '../ledger/sql.ts'
import { BrazeError } from '../model/errors.ts'
import type { Acks, SentBatch } from './acks.ts'

/** Batches per chunk: so many people are in doubt at most after a crash, times the batch size, times two. */
const CHUNK_BATCHES = 64
/** Batches handed to Braze's door at once; the door decides how many requests are in flight. */
const UNDER_WAY = 256
/** How long requests in flight may take to finish once the run is told to stop (README, "Signals"). */
const GRACE_MS = 8_000

export interface SendInput {
  readonly ledger: Ledger
  readonly outbox: string
  readonly total: number
  readonly size: number
  readonly braze: Braze
  readonly acks: Acks
  readonly mayLeave: () => boolean
  /** Aborts when no further batch may be taken: told to stop, or the lease was lost. */
  readonly stop: AbortSignal
  /** True once the time for this run is used up. */
  readonly timeIsUp: () => boolean
  /** Called between chunks; when it replaced what follows `lastSeq`, it returns the new total, which may be the same. */
  readonly between: (progress: SendProgress) => Promise<number | undefined>
}

export interface SendProgress {
  readonly lastSeq: number
  readonly answeredBatches: number
  readonly objects: number
  readonly refusals: number
}

export interface SendResult {
  readonly objects: number
  readonly complete: boolean
  /** Why sending ended early, unless it was told to or ran out of time. */
  readonly failure: unknown
}

interface Chunk {
  readonly batches: readonly (SentBatch & Batch)[]
}

export async function sendOutbox(input: SendInput): Promise<SendResult> {
  const sender = openSender(input)
  let total = input.total
  let from = 0
  let next = from < total ? readChunk(input, { from, total }) : undefined
  while (next !== undefined && !sender.stopped()) {
    const { batches } = await next
    const [first, last] = [batches[0], batches.at(-1)]
    if (first === undefined || last === undefined) break
    from = last.lastSeq + 1
    await input.acks.started({ firstSeq: first.firstSeq, lastSeq: last.lastSeq })
    next = from < total ? readChunk(input, { from, total }) : undefined
    // A read that is no longer wanted must not become an unhandled rejection.
    next?.catch(() => {})
    await sender.sendAll(batches)
    const renewed = await input.between({ ...sender.progress(), lastSeq: last.lastSeq })
    if (renewed !== undefined) {
      total = renewed
      await next?.catch(() => {})
      next = from < total ? readChunk(input, { from, total }) : undefined
    }
  }
  await next?.catch(() => {})
  return await sender.finish(from >= total)
}

async function readChunk(input: SendInput, range: { from: number; total: number }): Promise<Chunk> {
  const { ledger, size } = input
  const to = Math.min(range.from + CHUNK_BATCHES * size, range.total)
  const rows = await ledger.session.rows(
    readBatches(ledger.dialect, { outbox: input.outbox, from: range.from, to, size }),
  )
  return {
    batches: rows.map((row) => ({
      firstSeq: asNumber(row.first_seq),
      lastSeq: asNumber(row.last_seq),
      count: asNumber(row.n),
      objects: asText(row.objects) ?? '',
    })),
  }
}

function openSender(input: SendInput) {
  const underWay = new Set<Promise<void>>()
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, input.stop])
  const halted = whenAborted(signal)
  let [objects, answeredBatches, refusals, allTaken, over] = [0, 0, 0, true, false]
  let failure: unknown
  const fail = (error: unknown) => {
    failure ??= error
    abort.abort(error)
  }
  const answered = (batch: SentBatch & Batch, refused: readonly Refusal[]) => {
    answeredBatches += 1
    objects += batch.count
    refusals += refused.length
    input.acks.answered(batch, refused)
  }
  const sendOne = async (batch: SentBatch & Batch) => {
    let left = false
    const mayLeave = () => {
      const may = input.mayLeave()
      left ||= may
      return may
    }
    try {
      const outcome = await input.braze.send(batch, { signal, mayLeave })
      if (over) return
      if (outcome.kind === 'answered') return answered(batch, outcome.refusals)
      input.acks.unknown(batch)
    } catch (error) {
      if (over) return
      allTaken = false
      const mayHaveArrived = error instanceof BrazeError ? error.mayHaveArrived : left
      if (mayHaveArrived) input.acks.unknown(batch)
      else input.acks.unsent(batch)
      if (!input.stop.aborted) fail(error)
    }
  }
  const stopped = () => signal.aborted || input.timeIsUp()
  const sendAll = async (batches: readonly (SentBatch & Batch)[]) => {
    for (const batch of batches) {
      while (underWay.size >= UNDER_WAY && !signal.aborted) await Promise.race([...underWay, halted])
      if (stopped()) {
        allTaken = false
        input.acks.unsent(batch)
        continue
      }
      const sending = sendOne(batch).finally(() => underWay.delete(sending))
      underWay.add(sending)
    }
  }
  const finish = async (atEnd: boolean): Promise<SendResult> => {
    // Told to stop: what is in flight may finish, but not for ever; what does not stays without an answer, in doubt.
    await Promise.race([Promise.all(underWay), halted.then(() => sleepUnref(GRACE_MS))])
    const unanswered = underWay.size
    over = true
    await input.acks.flush()
    return { objects, complete: atEnd && allTaken && unanswered === 0 && failure === undefined, failure }
  }
  return { stopped, sendAll, finish, progress: () => ({ answeredBatches, objects, refusals }) }
}

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

const sleepUnref = (ms: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, ms).unref())
