// Decides how an outbox leaves: chunk by chunk, each marked as started before its first request, a bounded number of
// batches under way (few until the first answers have been looked at), the next chunk read meanwhile; and when to stop.
// Stages 8 and 9.

import type { Braze, MayCreate } from '../braze/port.ts'
import type { Ledger } from '../ledger/sql.ts'
import { BrazeError } from '../model/errors.ts'
import type { Acks, SentBatch } from './acks.ts'
import type { Deadline } from './deadline.ts'
import { type Chunk, firstAfter, firstSpan, nextSpan, type OutboxBatch, readChunk } from './read-outbox.ts'

/** Batches handed to Braze's door at once; the door decides how many requests are in flight. */
const UNDER_WAY = 256
/** How long requests in flight may take to finish once the run is told to stop (README, "Signals"). */
const GRACE_MS = 8_000

export interface SendInput {
  readonly ledger: Ledger
  readonly outbox: string
  /** First number after the outbox's last. */
  readonly end: number
  readonly size: number
  readonly braze: Braze
  readonly acks: Acks
  readonly mayLeave: () => boolean
  readonly mayCreate: MayCreate
  /** Aborts when no further batch may be taken: told to stop, or the lease was lost. */
  readonly stop: AbortSignal
  /** When the time for this run is used up: then, too, no further batch may be taken. */
  readonly deadline: Pick<Deadline, 'isUp' | 'signal'>
  /** So many batches are answered, and looked at, before more than so many are under way. */
  readonly firstLook: number
  /**
   * Called between chunks, in the middle of one for the first look, and when all are answered. When it replaced what has not
   * been taken, it returns the new end, which may be the same; what is then left of the chunk is not sent.
   */
  readonly between: (progress: SendProgress) => Promise<number | undefined>
}

export interface SendProgress {
  /** Of the last chunk that was put on record as started. */
  readonly lastSeq: number
  /** What was taken of that chunk, when it was not all of it. */
  readonly midway?: { readonly firstSeq: number; readonly taken: readonly SentBatch[] }
  /** Nothing is left to be sent. */
  readonly isLast?: true
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

export async function sendOutbox(input: SendInput): Promise<SendResult> {
  const sender = openSender(input)
  let span = firstSpan(input.ledger.dialect, input.size)
  let [from, end] = [0, input.end]
  const readNext = (): Promise<Chunk | undefined> | undefined => {
    if (from >= end) return undefined
    const to = Math.min(from + span, end)
    const reading = readChunk(input, { from, to })
    from = to
    // A read that is no longer wanted must not become an unhandled rejection.
    reading.catch(() => {})
    return reading
  }
  let next = readNext()
  while (next !== undefined && !sender.stopped()) {
    const chunk = await next
    span = nextSpan(span, input.size, chunk)
    next = readNext()
    if (chunk === undefined) continue
    await input.acks.started({ firstSeq: chunk.firstSeq, lastSeq: chunk.lastSeq })
    const renewed = (await sender.sendAll(chunk)) ?? (await sender.look({ lastSeq: chunk.lastSeq }))
    if (renewed !== undefined) {
      ;[from, end] = [firstAfter(chunk.lastSeq, input.size), renewed]
      await next?.catch(() => {})
      next = readNext()
    }
  }
  await next?.catch(() => {})
  return await sender.finish(next === undefined)
}

/** What came of the batches so far. */
interface Tally {
  answeredBatches: number
  objects: number
  refusals: number
  /** False once a batch that was to be sent was not, or may not have been. */
  allTaken: boolean
  /** What is answered from now on comes too late to be put on record. */
  isOver: boolean
  failure: unknown
}

function openSender(input: SendInput) {
  const underWay = new Set<Promise<void>>()
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, input.stop, input.deadline.signal])
  const halted = whenAborted(signal)
  let room = Promise.withResolvers<void>()
  void halted.then(() => room.resolve())
  const tally: Tally = {
    ...{ answeredBatches: 0, objects: 0, refusals: 0 },
    ...{ allTaken: true, isOver: false, failure: undefined },
  }
  let hasLooked = false
  let seenTo: number | undefined
  const stopped = () => signal.aborted || input.deadline.isUp()
  const look = async (where: Pick<SendProgress, 'lastSeq' | 'midway' | 'isLast'>) => {
    seenTo = where.lastSeq
    const { answeredBatches, objects, refusals } = tally
    hasLooked ||= answeredBatches >= input.firstLook
    return await input.between({ answeredBatches, objects, refusals, ...where })
  }
  const roomForOne = async () => {
    const most = () => (hasLooked ? UNDER_WAY : Math.min(input.firstLook, UNDER_WAY))
    while (underWay.size >= most() && !signal.aborted) {
      room = Promise.withResolvers()
      await room.promise
    }
  }
  const hand = (batch: OutboxBatch) => {
    const sending = sendOne(batch, { input, tally, signal, abort }).finally(() => {
      underWay.delete(sending)
      room.resolve()
    })
    underWay.add(sending)
  }
  /** Returns the outbox's new end if the rest of the chunk was replaced. */
  const sendAll = async ({ batches, firstSeq, lastSeq }: Chunk): Promise<number | undefined> => {
    const taken: SentBatch[] = []
    let renewed: number | undefined
    for await (const batch of batches) {
      if (renewed === undefined) await roomForOne()
      if (!hasLooked && !stopped() && tally.answeredBatches >= input.firstLook)
        renewed = await look({ lastSeq, midway: { firstSeq, taken } })
      if (renewed === undefined && !stopped()) {
        if (!hasLooked) taken.push({ firstSeq: batch.firstSeq, lastSeq: batch.lastSeq })
        hand(batch)
        continue
      }
      // What was replaced leaves in another row, or is not to leave at all.
      tally.allTaken &&= renewed !== undefined
      input.acks.unsent(batch)
    }
    return renewed
  }
  const finish = async (atEnd: boolean): Promise<SendResult> => {
    // Told to stop, or out of time: what is in flight may finish, but not for ever; what does not stays without an answer, in doubt.
    await Promise.race([Promise.all(underWay), halted.then(() => sleepUnref(GRACE_MS))])
    const unanswered = underWay.size
    tally.isOver = true
    await input.acks.flush()
    const { objects, allTaken, failure } = tally
    if (seenTo !== undefined && failure === undefined && !input.stop.aborted)
      await look({ lastSeq: seenTo, isLast: true })
    return { objects, complete: atEnd && allTaken && unanswered === 0 && failure === undefined, failure }
  }
  return { stopped, sendAll, look, finish }
}

interface Sending {
  readonly input: SendInput
  readonly tally: Tally
  readonly signal: AbortSignal
  readonly abort: AbortController
}

async function sendOne(batch: OutboxBatch, { input, tally, signal, abort }: Sending): Promise<void> {
  let left = false
  const mayLeave = () => {
    const may = input.mayLeave()
    left ||= may
    return may
  }
  try {
    const outcome = await input.braze.send(batch, { signal, mayLeave, mayCreate: input.mayCreate })
    if (tally.isOver) return
    if (outcome.kind === 'unknown') return input.acks.unknown(batch)
    tally.answeredBatches += 1
    tally.objects += batch.count
    tally.refusals += outcome.refusals.length
    input.acks.answered(batch, outcome.refusals)
  } catch (error) {
    if (tally.isOver) return
    tally.allTaken = false
    if (mayHaveArrived(error, { signal, left })) input.acks.unknown(batch)
    else input.acks.unsent(batch)
    if (input.stop.aborted || isGivenBack(error, signal)) return
    tally.failure ??= error
    abort.abort(error)
  }
}

/** The batch waited, perhaps for as long as Braze likes, when it was told to stop: no fault of anybody. */
const isGivenBack = (error: unknown, { aborted, reason }: AbortSignal): boolean =>
  aborted && (error === reason || (error instanceof Error && error.cause === reason))

function mayHaveArrived(error: unknown, batch: { signal: AbortSignal; left: boolean }): boolean {
  if (batch.signal.aborted && error === batch.signal.reason) return false
  return error instanceof BrazeError ? error.mayHaveArrived : batch.left
}

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

const sleepUnref = (ms: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, ms).unref())
