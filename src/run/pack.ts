// Decides how the outbox is filled: bucket by bucket, numbers running on. Stage 7.

import { createFront, fillSteps, type OutboxPart } from '../ledger/outbox.ts'
import type { RunContext } from './context.ts'

export interface Packing {
  readonly outbox: string
  readonly front: string
  readonly parts: readonly OutboxPart[]
  /** First free number; people who have a row already are left out. */
  readonly after?: number
}

/** Returns the first free number after the fill. */
export async function fillOutbox(context: RunContext, packing: Packing): Promise<number> {
  const { dialect, session } = context.ledger
  const { outbox, parts } = packing
  await session.run(`drop table if exists ${packing.front}`)
  const front = createFront(dialect, packing.front, parts)
  if (front !== undefined) await session.run(front)
  let offset = packing.after ?? 0
  const steps = fillSteps(dialect, {
    outbox,
    parts,
    front: front === undefined ? undefined : packing.front,
    without: packing.after !== undefined,
  })
  for (const step of steps) {
    context.stop.throwIfAborted()
    offset += await session.run(step.sql(offset))
  }
  return offset
}
