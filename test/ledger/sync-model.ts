// Decides, without any of the product's code, what a sync should come to: what its snapshot holds after everything was
// accepted, and what Braze then holds. Written for one person at a time, in plain steps, so that it can be read.

import type { LeavePolicy, NullPolicy, ValueKind } from '../../src/model/words.ts'

/** One write of a definition. */
export interface ModelWrite {
  readonly attribute: string
  readonly element?: string
  readonly kind: ValueKind
  readonly onLeave: LeavePolicy
  readonly nulls: NullPolicy
}

/** A person's row in the query's result: JSON text by attribute; an attribute that is missing is NULL. */
export interface ModelRow {
  readonly bad?: boolean
  readonly values: Readonly<Record<string, string>>
}

/** What the snapshot holds of one person: JSON text by write. */
export type Held = ReadonlyMap<string, string>

/** Attribute, element and kind: what makes two writes the same. */
export const nameOf = ({
  attribute,
  element,
  kind,
}: Pick<ModelWrite, 'attribute' | 'element' | 'kind'>): string =>
  JSON.stringify([attribute, element ?? null, kind])

const placeOf = ({ attribute, element }: Pick<ModelWrite, 'attribute' | 'element'>): string =>
  JSON.stringify([attribute, element ?? null])

const placeOfName = (name: string): string => JSON.stringify((JSON.parse(name) as unknown[]).slice(0, 2))

/** What the snapshot should hold of a person once everything was accepted; empty: no row. */
export function heldNext(person: {
  readonly before: Held
  readonly row: ModelRow | undefined
  readonly writes: readonly ModelWrite[]
  /** Names of writes that are no longer made and stay in Braze. */
  readonly givenUp: ReadonlySet<string>
}): Held {
  const { before, row, writes, givenUp } = person
  if (row?.bad === true) return before
  const next = new Map([...before].filter(([name]) => givenUp.has(name)))
  for (const write of writes) {
    const value = valueIn(row, write)
    if (value !== undefined) next.set(nameOf(write), value)
    else if (saysNothing(row, write))
      for (const [name, json] of before) if (placeOfName(name) === placeOf(write)) next.set(name, json)
  }
  return next
}

function valueIn(row: ModelRow | undefined, write: ModelWrite): string | undefined {
  if (row === undefined) return undefined
  return write.element === undefined ? row.values[write.attribute] : 'true'
}

/** Nobody there, or a NULL, that leaves what Braze holds as it is. */
const saysNothing = (row: ModelRow | undefined, write: ModelWrite): boolean =>
  row === undefined ? write.onLeave === 'keep' : write.nulls === 'omit'

/** What Braze holds of a person: JSON text by attribute, and the elements of ours by list. */
export interface BrazePerson {
  readonly attributes: Map<string, string>
  readonly lists: Map<string, Set<string>>
}

export const nobody = (): BrazePerson => ({ attributes: new Map(), lists: new Map() })

/** Applies one delta row as Braze would apply the object that it becomes. */
export function apply(
  person: BrazePerson,
  said: {
    readonly members: string | null
    readonly lists: readonly { attribute: string; element: string; op: string }[]
  },
): void {
  // A name that stands twice would be somebody's loss.
  const names = [...(said.members ?? '').matchAll(/(?:^|,)"(a\d|flag)":/g)].map(([, name]) => name)
  if (new Set(names).size !== names.length) throw new Error(`one attribute twice: ${names.join(', ')}`)
  for (const [name, json] of splitMembers(said.members ?? '')) {
    if (json === 'null') person.attributes.delete(name)
    else person.attributes.set(name, json)
  }
  for (const { attribute, element, op } of said.lists) {
    const elements = person.lists.get(attribute) ?? new Set()
    if (op === 'add') elements.add(element)
    else elements.delete(element)
    person.lists.set(attribute, elements)
  }
}

/** Members by name with their exact JSON text: JSON.parse would round the big numbers. */
function splitMembers(members: string): [string, string][] {
  const found: [string, string][] = []
  let rest = members
  while (rest !== '') {
    const [head, name] = /^,?"(\w+)":/.exec(rest) ?? []
    if (head === undefined || name === undefined) throw new Error(`not members: ${rest}`)
    rest = rest.slice(head.length)
    const end = endOfValue(rest)
    const json = rest.slice(0, end)
    JSON.parse(json)
    found.push([name, json])
    rest = rest.slice(end)
  }
  return found
}

function endOfValue(text: string): number {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (inString && sign === '\\') at += 1
    else if (sign === '"') inString = !inString
    else if (inString) continue
    else if (sign === '{' || sign === '[') depth += 1
    else if (sign === '}' || sign === ']') depth -= 1
    else if (sign === ',' && depth === 0) return at
  }
  return text.length
}

/** What Braze should hold of one attribute, out of what the snapshot holds: JSON text, or nothing. */
export function attributesOf(held: Held): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, json] of held) {
    const [attribute, element] = JSON.parse(name) as [string, string | null]
    if (element === null) found.set(attribute, json)
  }
  return found
}

export function elementsOf(held: Held): string[] {
  return [...held.keys()].flatMap((name) => {
    const [attribute, element] = JSON.parse(name) as [string, string | null]
    return element === null ? [] : [`${attribute}/${element}`]
  })
}
