// Decides which members of an object may bring its person into being: a set value, or an add, of a sync that creates people.
// No two syncs write one attribute, or one element of a list, so name and value tell, and no row need be looked up.

import type { MayCreate } from '../braze/port.ts'
import type { PlanSync } from '../ledger/plans.ts'
import type { Slot } from '../ledger/slots.ts'

export function creators(syncs: readonly Pick<PlanSync, 'definition'>[]): MayCreate {
  const slots = syncs
    .filter(({ definition }) => definition.createUsers)
    .flatMap(({ definition }) => definition.slots.filter(({ target }) => target !== undefined))
  const byName = Map.groupBy(slots, ({ attribute }) => attribute)
  return (attribute, value) => (byName.get(attribute) ?? []).some((slot) => isSet(slot, value))
}

function isSet({ element, target }: Slot, value: string): boolean {
  if (element !== undefined) return addedBy(value).includes(element)
  if (value === 'null') return false
  // A flag that is false was taken back from a leaver; a column of the author's may say false of somebody present.
  return value !== 'false' || target?.onLeave !== 'false'
}

function addedBy(value: string): readonly unknown[] {
  const said: unknown = JSON.parse(value)
  const added = typeof said === 'object' && said !== null && 'add' in said ? said.add : []
  return Array.isArray(added) ? added : []
}
