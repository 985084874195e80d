// Decides which changes of a definition cannot be carried over from what Braze holds, so that the sync is refused.

import type { Shape } from '../ledger/shape.ts'
import { type Claims, type Slot, slotsOf } from '../ledger/slots.ts'
import type { Ledger } from '../ledger/sql.ts'
import { countDoubt } from '../ledger/standing.ts'
import type { SyncRecord } from '../ledger/syncs.ts'
import type { Sync } from '../model/definition.ts'
import { asError, SyncError } from '../model/errors.ts'

export interface Change {
  readonly sync: Sync
  readonly shape: Shape
  readonly record: SyncRecord | undefined
  /** Attributes that other living syncs write. */
  readonly claims: Claims
}

/** Why a sync would be refused as it is now defined; undefined when it would not. */
export async function refusedChange(ledger: Ledger, change: Change): Promise<Error | undefined> {
  const { sync, shape, record, claims } = change
  try {
    await checkIdentity(ledger, change)
    checkLists(sync, slotsOf(shape, record?.definition, claims))
    return undefined
  } catch (error) {
    if (error instanceof SyncError) return asError(error)
    throw error
  }
}

/** @throws SyncError when people of whom Braze holds something, or may hold something, are named in another way now. */
export async function checkIdentity(
  ledger: Ledger,
  { sync, shape, record }: Pick<Change, 'sync' | 'shape' | 'record'>,
): Promise<void> {
  const before = record?.definition?.identity
  if (record === undefined || before === undefined || before === shape.identity) return
  if (record.size === 0 && (await countDoubt(ledger, record.sync)) === 0) return
  throw new SyncError(
    `${sync.file}: the person was named by ${before} and is now named by ${shape.identity}`,
    {
      hint: `What Braze holds cannot be carried over. Run \`brazier retire ${record.sync}\` with the former file, then start anew.`,
    },
  )
}

/**
 * Braze adds to a list only where there is none or a list, and one object cannot both end the former value and begin the
 * list (Braze docs, "Arrays").
 * @throws SyncError when an attribute was a value and becomes a list, or the other way round.
 */
export function checkLists(sync: Sync, slots: readonly Slot[]): void {
  const changed = slots.find(
    ({ attribute, element, target }) =>
      target !== undefined &&
      slots.some(
        (other) =>
          other.target === undefined &&
          other.attribute === attribute &&
          (other.element === undefined) !== (element === undefined),
      ),
  )
  if (changed === undefined) return
  const [was, is] = changed.element === undefined ? ['list', 'value'] : ['value', 'list']
  throw new SyncError(
    `${sync.file}: the attribute ${changed.attribute} was a ${was} and would become a ${is}`,
    {
      hint: 'Braze cannot turn one into the other: give the audience another attribute.',
    },
  )
}
