// Decides how the sender is tried: over an outbox in a real ledger, with acknowledgements that are noted and a Braze that a
// test speaks for.

import { afterAll, beforeAll } from 'vitest'
import type { Batch, BatchOutcome, Braze, SendOptions } from '../../src/braze/port.ts'
import { createOutbox } from '../../src/ledger/outbox.ts'
import type { Acks, SentBatch } from '../../src/run/acks.ts'
import { type SendInput, sendOutbox } from '../../src/run/send.ts'
import { openLedger, type TestLedger } from '../ledger/open-ledger.ts'

const SIZE = 2

export let ledger: TestLedger & { close(): Promise<void> }
let outboxes = 0

beforeAll(async () => {
  ledger = await openLedger('duckdb')
})
afterAll(() => ledger.close())

export async function makeOutbox(people: number, width = 0): Promise<string> {
  outboxes += 1
  const outbox = ledger.dialect.table(`outbox_${outboxes}`)
  await ledger.run(createOutbox(ledger.dialect, outbox))
  await ledger.run(
    `insert into ${outbox} select i, 'external_id', 'p' || i, '{"n":' || i || ',"x":"' || repeat('x', ${width}) || '"}' from range(${people}) as t(i)`,
  )
  return outbox
}

interface Noted {
  /** Ranges in the order in which they were put on record. */
  readonly log: string[]
  readonly acks: Acks
}

export function noteAcks(): Noted {
  const log: string[] = []
  const note = (what: string) => (batch: SentBatch) => {
    log.push(`${what} ${batch.firstSeq}-${batch.lastSeq}`)
  }
  return {
    log,
    acks: {
      started: async (range) => note('started')(range),
      answered: (batch, refusals) =>
        note(refusals.length === 0 ? 'accepted' : `refused ${refusals.length} of`)(batch),
      unknown: note('unknown'),
      unsent: note('unsent'),
      flush: async () => {
        log.push('flush')
      },
    },
  }
}

/** The first number of a batch. */
const firstOf = ({ objects }: Batch): number => Number(/"n":(\d+)/.exec(objects)?.[1])

export type Answer = (first: number, options: SendOptions) => Promise<BatchOutcome> | BatchOutcome

export const accepted: BatchOutcome = { kind: 'answered', refusals: [] }

const brazeThat = (answer: Answer): Braze => ({
  send: async (batch, options) => answer(firstOf(batch), options),
  stats: () => ({ requests: 0, statuses: {}, pace: 0, throttled: 0 }),
  close: async () => undefined,
})

export async function send(people: number, answer: Answer, change: Partial<SendInput> = {}) {
  const { log, acks } = noteAcks()
  const result = await sendOutbox({
    ledger,
    outbox: change.outbox ?? (await makeOutbox(people)),
    end: people,
    size: SIZE,
    braze: brazeThat(answer),
    acks,
    mayLeave: () => true,
    mayCreate: () => true,
    stop: new AbortController().signal,
    deadline: { isUp: () => false, signal: new AbortController().signal },
    firstLook: Number.POSITIVE_INFINITY,
    between: async () => undefined,
    ...change,
  })
  return { result, log }
}

/** How often each number ended in each outcome. */
export function outcomes(log: readonly string[]): Map<number, string[]> {
  const found = new Map<number, string[]>()
  for (const line of log) {
    const [, what = '', first, last] = /^(.*) (\d+)-(\d+)$/.exec(line) ?? []
    if (what === 'started' || first === undefined) continue
    for (let seq = Number(first); seq <= Number(last); seq += 1)
      found.set(seq, [...(found.get(seq) ?? []), what])
  }
  return found
}
