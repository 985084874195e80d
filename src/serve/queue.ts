// Decides what becomes of a wish for a run: it joins one that waits already, or waits itself. At most one run of syncs waits,
// whatever it was asked for by then; plans and approvals are what they are, so only equal ones join. Pure.

import type { Trigger } from '../ledger/triggers.ts'

export interface Placed {
  readonly waiting: readonly Trigger[]
  readonly trigger: Trigger
  /** It waited already. */
  readonly joined: boolean
  /** It waits for more than before. */
  readonly widened: boolean
}

/** Undefined when too many wait. */
export function place(waiting: readonly Trigger[], wish: Trigger, most: number): Placed | undefined {
  const found = waiting.find((one) => joins(one, wish))
  if (found === undefined)
    return waiting.length >= most
      ? undefined
      : { waiting: [...waiting, wish], trigger: wish, joined: false, widened: false }
  const selection = union(found.selection, wish.selection)
  const widened = selection.length !== found.selection.length
  const trigger = { ...found, selection }
  return { waiting: waiting.map((one) => (one === found ? trigger : one)), trigger, joined: true, widened }
}

function joins(one: Trigger, wish: Trigger): boolean {
  if (one.command !== wish.command) return false
  if (wish.command === 'sync') return true
  return wish.command === 'apply' ? one.plan === wish.plan : isSame(one.selection, wish.selection)
}

/** Nothing named is everything. */
function union(one: readonly string[], other: readonly string[]): readonly string[] {
  if (one.length === 0 || other.length === 0) return []
  return [...new Set([...one, ...other])]
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  [...one].sort().join('\n') === [...other].sort().join('\n')
