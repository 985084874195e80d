// Decides how the outbox is filled: bucket by bucket, numbers running on. Stage 7.

import type { tableNames } from '../ledger/names.ts'
import { createFront, createOutbox, fillSteps, type OutboxPart } from '../ledger/outbox.ts'
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

/** Makes and fills the outbox of a run. */
export async function makeOutbox(
  context: RunContext,
  names: Pick<ReturnType<typeof tableNames>, 'outbox' | 'front'>,
  parts: readonly OutboxPart[],
): Promise<Packed> {
  const { dialect, session } = context.ledger
  const [outbox, front] = [dialect.table(names.outbox), dialect.table(names.front)]
  await session.run(createOutbox(dialect, outbox))
  const packed = await fillOutbox(context, { outbox, front, parts })
  const key = dialect.keyAfterFill(names.outbox, 'seq')
  if (key !== undefined) await session.run(key)
  context.progress({ stage: 'outbox', objects: packed.objects })
  return packed
}

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
