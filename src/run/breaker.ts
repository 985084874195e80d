// Decides when a sync is stopped in the middle of a run: a column that Braze refuses for everybody must not burn an hour of
// rate limit. What has left stays as it is; the people not yet sent are packed again without that sync. Where everybody was
// sent already, nothing is left to stop, and the sync has failed all the same.

import type { OutboxPart } from '../ledger/outbox.ts'
import { answeredRows, readAnswered } from '../ledger/refused-share.ts'
import { asNumber, oneRow, updateRows } from '../ledger/sql.ts'
import { BrazeError } from '../model/errors.ts'
import type { Acks } from './acks.ts'
import type { RunContext } from './context.ts'
import { fillOutbox } from './pack.ts'
import { firstAfter } from './read-outbox.ts'
import type { SendProgress } from './send.ts'

/** A sync stops when more than this share of its rows is refused … */
const REFUSED_SHARE = 0.05
/** … in at least so many batches. */
export const ENOUGH_BATCHES = 20

export interface Breaker {
  /** Looks at the refusals so far; when it packed the rest again, returns where the outbox now ends. */
  check(progress: SendProgress, acks: Acks): Promise<number | undefined>
  stopped(): ReadonlyMap<string, Error>
}

interface BreakerInput {
  readonly run: string
  readonly outbox: string
  readonly front: string
  readonly parts: readonly OutboxPart[]
  readonly total: number
  /** Objects in a batch. */
  readonly size: number
}

export function openBreaker(context: RunContext, input: BreakerInput): Breaker {
  const stopped = new Map<string, Error>()
  let total = input.total
  let looked = 0
  const check = async (progress: SendProgress, acks: Acks) => {
    if (progress.answeredBatches < ENOUGH_BATCHES || progress.refusals === looked) return undefined
    looked = progress.refusals
    await acks.flush()
    const found = await tripped(context, input, { total, stopped })
    if (found.size === 0) return undefined
    const { session } = context.ledger
    // On record first: what is packed again carries the same people without this sync, and must not settle it.
    for (const [sync, error] of found) {
      stopped.set(sync, error)
      await session.run(
        updateRows(context.ledger, 'run_syncs', {
          set: { stopped_after: progress.lastSeq },
          where: { run: input.run, sync },
        }),
      )
    }
    if (progress.isLast) return undefined
    const parts = input.parts.filter((part) => !stopped.has(part.sync))
    // Nothing is left to pack, and what was packed beyond this number never starts.
    if (parts.length === 0) return progress.lastSeq + 1
    await session.run(`delete from ${input.outbox} where ${notTaken(context, input.size, progress)}`)
    const left = asNumber((await oneRow(session, `select count(*) as n from ${input.outbox}`))?.n)
    const packed = await fillOutbox(context, {
      outbox: input.outbox,
      front: input.front,
      parts,
      after: firstAfter(progress.lastSeq, input.size),
    })
    total = left + packed.objects
    return packed.end
  }
  return { check, stopped: () => stopped }
}

/** Condition on outbox rows: nobody has taken them, and nobody will. */
function notTaken({ ledger }: RunContext, size: number, { lastSeq, midway }: SendProgress): string {
  const later = `seq > ${lastSeq}`
  if (midway === undefined) return later
  const batches = midway.taken.map(({ firstSeq }) => Math.floor(firstSeq / size))
  const left =
    batches.length === 0
      ? ''
      : ` and ${ledger.dialect.divide('seq', String(size))} not in (${batches.join(', ')})`
  return `${later} or (seq >= ${midway.firstSeq}${left})`
}

async function tripped(
  context: RunContext,
  input: BreakerInput,
  state: { total: number; stopped: ReadonlyMap<string, Error> },
): Promise<Map<string, Error>> {
  const { ledger } = context
  const { objects, refused } = await readAnswered(ledger, input.run)
  const done = objects / Math.max(1, state.total)
  const found = new Map<string, Error>()
  for (const part of input.parts.filter(({ sync }) => !state.stopped.has(sync))) {
    const people = ((refused.get('') ?? 0) * part.rows) / Math.max(1, state.total)
    const bad = Math.max(people, ...part.slots.map((slot) => refused.get(slot.attribute) ?? 0))
    // As if people were spread evenly over the batches; small deltas go first, so a suspicion is checked against the rows.
    if (bad < ENOUGH_BATCHES || bad <= REFUSED_SHARE * part.rows * done) continue
    const answered = Math.max(1, await answeredRows(ledger, { ...input, part }))
    if (bad > REFUSED_SHARE * answered) found.set(part.sync, poisoned(part.sync, bad / answered))
  }
  return found
}

const poisoned = (sync: string, share: number): BrazeError =>
  new BrazeError(
    `Braze refused ${(100 * share).toFixed(1)} % of its rows; the sync was stopped for this run`,
    { hint: `\`brazier rejections --sync ${sync}\` shows the reasons.` },
  )
