// Decides how an outbox leaves: chunk by chunk, each marked as started before its first request, a bounded number of
// batches under way, the next chunk read meanwhile; and when to stop. Stages 8 and 9.

import type { Braze, Refusal } from '../braze/port.ts'
import type { Ledger } from '../ledger/sql.ts'
import { BrazeError } from '../model/errors.ts'
import type { Acks } from './acks.ts'
import type { Deadline } from './deadline.ts'
import { type Chunk, firstSpan, nextSpan, type OutboxBatch, readChunk } from './read-outbox.ts'

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
  /** Aborts when no further batch may be taken: told to stop, or the lease was lost. */
  readonly stop: AbortSignal
  /** When the time for this run is used up: then, too, no further batch may be taken. */
  readonly deadline: Pick<Deadline, 'isUp' | 'signal'>
  /** Called between chunks; when it replaced what follows `lastSeq`, it returns the new end, which may be the same. */
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
    await sender.sendAll(chunk.batches)
    const renewed = await input.between({ ...sender.progress(), lastSeq: chunk.lastSeq })
    if (renewed !== undefined) {
      ;[from, end] = [chunk.lastSeq + 1, renewed]
      await next?.catch(() => {})
      next = readNext()
    }
  }
  await next?.catch(() => {})
  return await sender.finish(next === undefined)
}

function openSender(input: SendInput) {
  const underWay = new Set<Promise<void>>()
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, input.stop, input.deadline.signal])
  const halted = whenAborted(signal)
  let room = Promise.withResolvers<void>()
  void halted.then(() => room.resolve())
  let [objects, answeredBatches, refusals, allTaken, over] = [0, 0, 0, true, false]
  let failure: unknown
  const fail = (error: unknown) => {
    failure ??= error
    abort.abort(error)
  }
  const answered = (batch: OutboxBatch, refused: readonly Refusal[]) => {
    answeredBatches += 1
    objects += batch.count
    refusals += refused.length
    input.acks.answered(batch, refused)
  }
  const sendOne = async (batch: OutboxBatch) => {
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
      if (mayHaveArrived(error, { signal, left })) input.acks.unknown(batch)
      else input.acks.unsent(batch)
      if (!input.stop.aborted && !isGivenBack(error, signal)) fail(error)
    }
  }
  const stopped = () => signal.aborted || input.deadline.isUp()
  const sendAll = async (batches: Chunk['batches']) => {
    for await (const batch of batches) {
      while (underWay.size >= UNDER_WAY && !signal.aborted) {
        room = Promise.withResolvers()
        await room.promise
      }
      if (stopped()) {
        allTaken = false
        input.acks.unsent(batch)
        continue
      }
      const sending = sendOne(batch).finally(() => {
        underWay.delete(sending)
        room.resolve()
      })
      underWay.add(sending)
    }
  }
  const finish = async (atEnd: boolean): Promise<SendResult> => {
    // Told to stop, or out of time: what is in flight may finish, but not for ever; what does not stays without an answer, in doubt.
    await Promise.race([Promise.all(underWay), halted.then(() => sleepUnref(GRACE_MS))])
    const unanswered = underWay.size
    over = true
    await input.acks.flush()
    return { objects, complete: atEnd && allTaken && unanswered === 0 && failure === undefined, failure }
  }
  return { stopped, sendAll, finish, progress: () => ({ answeredBatches, objects, refusals }) }
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
