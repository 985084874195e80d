// Decides what a row of a delta says to Braze: the JSON of its attributes, out of which slots speak (s<i>) and the values
// after settling (v_<column>). Nothing of it is written down before it is sent. Pure SQL text.

import type { Write } from '../model/definition.ts'
import type { LeavePolicy } from '../model/words.ts'
import type { Dialect } from '../warehouse/port.ts'
import type { Slot } from './slots.ts'

const prefixOf = (alias: string): string => (alias === '' ? '' : `${alias}.`)

/** Condition on a delta row with nothing to send; it is settled all the same. */
export function isSilent(slots: readonly Slot[], alias = ''): string {
  const prefix = prefixOf(alias)
  const silent = slots.map((slot, i) =>
    slot.element === undefined ? `not ${prefix}s${i}` : `${prefix}l${i} is null`,
  )
  return silent.join(' and ') || 'true'
}

/** JSON members of the attributes that a delta row sets or takes back, without its lists; NULL for none. */
export function membersText(dialect: Dialect, slots: readonly Slot[], alias = ''): string {
  return textOf(
    dialect,
    slots.flatMap((slot, i) => memberText(dialect, slot, { index: i, prefix: prefixOf(alias) }) ?? []),
  )
}

/** Everything that a delta row says, lists included; NULL for nothing. */
export function saidText(dialect: Dialect, slots: readonly Slot[], alias: string): string {
  const prefix = prefixOf(alias)
  const parts = slots.map((slot, i) => {
    const member = memberText(dialect, slot, { index: i, prefix })
    if (member !== undefined) return member
    const [head, tail] = [`${JSON.stringify(slot.attribute)}:{"`, `":[${JSON.stringify(slot.element)}]}`]
    return `case when ${prefix}l${i} is not null then ${dialect.literal(head)} || ${prefix}l${i} || ${dialect.literal(tail)} end`
  })
  return textOf(dialect, parts)
}

const textOf = (dialect: Dialect, parts: readonly string[]): string =>
  parts.length === 0 ? `cast(null as ${dialect.types.text})` : `nullif(${dialect.joinText(',', parts)}, '')`

function memberText(
  dialect: Dialect,
  slot: Slot,
  { index, prefix }: { index: number; prefix: string },
): string | undefined {
  if (slot.element !== undefined) return undefined
  const name = dialect.literal(`${JSON.stringify(slot.attribute)}:`)
  return `case when ${prefix}s${index} then ${name} || ${valueText(dialect, slot, prefix)} end`
}

function valueText(dialect: Dialect, slot: Slot, prefix: string): string {
  const { target, held } = slot
  if (target === undefined) return `'${takenBack(held[0]?.onLeave ?? 'keep')}'`
  const v = ({ column }: Pick<Write, 'column'>) => `${prefix}${dialect.ident(`v_${column}`)}`
  const writes: Pick<Write, 'column' | 'valueKind'>[] = [target, ...formerWrites(slot)]
  const back = takenBack(target.onLeave)
  return `coalesce(${writes.map((write) => dialect.wire(write.valueKind, v(write))).join(', ')}, '${back}')`
}

/** What the snapshot holds for a slot in columns other than today's. */
export const formerWrites = ({ target, held }: Slot): readonly Write[] =>
  held.filter((write) => write.column !== target?.column)

const takenBack = (policy: LeavePolicy): 'false' | 'null' => (policy === 'false' ? 'false' : 'null')
