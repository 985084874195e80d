// Decides how the outbox is read: chunk by chunk, each a range of numbers with whole batches, in memory a chunk or a page of
// one at a time.

import type { Batch } from '../braze/port.ts'
import { readBatches, streamBatches } from '../ledger/outbox.ts'
import { asNumber, asText, type Ledger } from '../ledger/sql.ts'
import type { Dialect } from '../warehouse/port.ts'
import type { SentBatch } from './acks.ts'

export type OutboxBatch = SentBatch & Batch

/** The numbers of a chunk are put on record as started before its first batch leaves. */
export interface Chunk extends SentBatch {
  readonly batches: Iterable<OutboxBatch> | AsyncIterable<OutboxBatch>
}

/** Batches of a chunk: the people of so many, and of what is under way before them, are in doubt at most after a crash. */
const [FIRST_BATCHES, MOST_BATCHES] = [64, 256]
/** Characters of a chunk, of which two are in memory: wide rows make small chunks. */
const CHUNK_CHARACTERS = 4_000_000

/** Numbers that the first chunk covers. */
export const firstSpan = (dialect: Dialect, size: number): number =>
  dialect.bucketSpan(size) ?? FIRST_BATCHES * size

/** Numbers that the next chunk covers, by how much text the last one held. A chunk that comes in pages holds one at a time. */
export function nextSpan(span: number, size: number, last: Chunk | undefined): number {
  if (last === undefined || !Array.isArray(last.batches)) return span
  const batches: readonly OutboxBatch[] = last.batches
  const characters = batches.reduce((sum, { objects }) => sum + objects.length, 0)
  const fitting = Math.floor((CHUNK_CHARACTERS * batches.length) / Math.max(1, characters))
  return Math.min(Math.max(fitting, 1), MOST_BATCHES) * size
}

/** The first number behind `seq` that begins a batch: no two reads may share a batch, which is acknowledged by its number. */
export const firstAfter = (seq: number, size: number): number => Math.ceil((seq + 1) / size) * size

interface Reading {
  readonly ledger: Ledger
  readonly outbox: string
  /** Objects of a batch. */
  readonly size: number
}

/** Undefined when nothing has these numbers. */
export async function readChunk(
  { ledger, outbox, size }: Reading,
  range: { readonly from: number; readonly to: number },
): Promise<Chunk | undefined> {
  const { dialect, session } = ledger
  const numbers = { firstSeq: range.from, lastSeq: range.to - 1 }
  const asked = { outbox, ...range, size }
  if (session.stream !== undefined) {
    const batches = await begun(session.stream(streamBatches(dialect, asked)))
    return batches === undefined ? undefined : { ...numbers, batches }
  }
  const rows = await session.rows(readBatches(dialect, asked))
  if (rows.length === 0) return undefined
  const batches = rows.map((row) => ({
    firstSeq: asNumber(row.first_seq),
    lastSeq: asNumber(row.last_seq),
    count: asNumber(row.n),
    objects: asText(row.objects) ?? '',
  }))
  return { ...numbers, batches }
}

/** Waits for the first page, so that the database works while the chunk before is sent. */
async function begun(
  pages: AsyncIterable<readonly string[]>,
): Promise<AsyncIterable<OutboxBatch> | undefined> {
  const rest = pages[Symbol.asyncIterator]()
  const first = await rest.next()
  if (first.done === true || first.value.length === 0) return undefined
  return (async function* () {
    yield* first.value.map(batchOf)
    for await (const page of { [Symbol.asyncIterator]: () => rest }) yield* page.map(batchOf)
  })()
}

/** `150 75 {…},{…}`: first number, count, objects. */
function batchOf(text: string): OutboxBatch {
  const [one, two] = [text.indexOf(' '), text.indexOf(' ', text.indexOf(' ') + 1)]
  const firstSeq = Number(text.slice(0, one))
  const count = Number(text.slice(one + 1, two))
  return { firstSeq, lastSeq: firstSeq + count - 1, count, objects: text.slice(two + 1) }
}
