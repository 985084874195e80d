// Decides how the outbox comes to be: filled bucket by bucket, numbers running on; or, where one sync has numbered its rows
// already and all of them are sent in any order, its delta seen as one. Stage 7.

import type { tableNames } from '../ledger/names.ts'
import { createFront, createOutbox, fillSteps, type OutboxPart, viewAsOutbox } from '../ledger/outbox.ts'
import type { RunContext } from './context.ts'

export interface Packing {
  readonly outbox: string
  readonly front: string
  readonly parts: readonly OutboxPart[]
  /** First free number; people who have a row already are left out. */
  readonly after?: number
}

export interface Packed {
  readonly objects: number
  /** First number after the last one. */
  readonly end: number
}

/** Makes and fills the outbox of a run. `fresh`: the names of the deltas that this run has made, of which no row is gone. */
export async function makeOutbox(
  context: RunContext,
  names: Pick<ReturnType<typeof tableNames>, 'outbox' | 'front'>,
  { parts, fresh }: { readonly parts: readonly OutboxPart[]; readonly fresh: readonly string[] },
): Promise<Packed> {
  const { dialect, session } = context.ledger
  const [outbox, front] = [dialect.table(names.outbox), dialect.table(names.front)]
  const [part, another] = parts
  const [delta] = fresh
  const keyOf = async (table: string) => {
    const key = dialect.keyAfterFill(table, 'seq')
    if (key !== undefined) await session.run(key)
  }
  let packed: Packed
  if (part !== undefined && another === undefined && delta !== undefined && canBeOutbox(context, part)) {
    await keyOf(delta)
    await session.run(viewAsOutbox(dialect, outbox, part))
    packed = { objects: part.rows, end: part.rows }
  } else {
    await session.run(createOutbox(dialect, outbox))
    packed = await fillOutbox(context, { outbox, front, parts })
    await keyOf(names.outbox)
  }
  context.progress({ stage: 'outbox', objects: packed.objects })
  return packed
}

/** Its numbers have no gap, and nobody in it goes first. */
const canBeOutbox = ({ ledger }: RunContext, part: OutboxPart): boolean =>
  ledger.dialect.rowNumber !== undefined && part.rows > 0 && part.silent === 0 && part.removes === 0

/** Returns how many objects it appended, and where they end. */
export async function fillOutbox(context: RunContext, packing: Packing): Promise<Packed> {
  const { dialect, session } = context.ledger
  const { outbox, parts } = packing
  await session.run(`drop table if exists ${packing.front}`)
  const front = createFront(dialect, packing.front, parts)
  if (front !== undefined) await session.run(front)
  let [objects, end] = [0, packing.after ?? 0]
  const steps = fillSteps(dialect, {
    outbox,
    parts,
    front: front === undefined ? undefined : packing.front,
    size: context.project.braze.objectsPerRequest,
    without: packing.after !== undefined,
  })
  for (const step of steps) {
    context.stop.throwIfAborted()
    const appended = await session.run(step.sql(end))
    objects += appended
    end += step.span ?? appended
  }
  return { objects, end }
}
