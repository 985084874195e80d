// Decides how a refused person is sent again: Braze refuses a whole object for one bad standard field, so the other
// members go first, together, and then each such field alone, with the person's identity on every part.

import { REFUSABLE_FIELDS } from '../model/limits.ts'
import { joinMembers, type Member, splitMembers } from './split-objects.ts'

/** One refused person's object, taken apart. */
export interface Person {
  /** Where the object stands in its batch. */
  readonly index: number
  /** The members that no field of its own can be blamed for; absent if there are none. */
  readonly rest?: string
  /** One object for each field that Braze may refuse the person for. */
  readonly fields: ReadonlyMap<string, string>
}

const PRIMARY_IDENTITIES: readonly string[] = ['external_id', 'braze_id', 'user_alias']
const CONTROLS: readonly string[] = ['_update_existing_only', '_merge_objects']

export function takeApart(index: number, object: string): Person {
  const members = splitMembers(object)
  const kept = new Set([...CONTROLS, ...identityOf(members)])
  const head = members.filter(({ name }) => kept.has(name))
  const others = members.filter(({ name }) => !kept.has(name))
  const rest = others.filter(({ name }) => !REFUSABLE_FIELDS.has(name))
  const fields = others
    .filter(({ name }) => REFUSABLE_FIELDS.has(name))
    .map((member): [string, string] => [member.name, joinMembers([...head, member])])
  const person = { index, fields: new Map(fields) }
  return rest.length === 0 ? person : { ...person, rest: joinMembers([...head, ...rest]) }
}

/**
 * The members that name the person: the primary ones, else email, else phone (Braze docs, "User track": email and phone
 * identify only where no primary identifier is present, and email goes before phone).
 */
function identityOf(members: readonly Member[]): readonly string[] {
  const names = new Set(members.map(({ name }) => name))
  const primary = PRIMARY_IDENTITIES.filter((name) => names.has(name))
  if (primary.length > 0) return primary
  return names.has('email') ? ['email'] : ['phone']
}

/** What sending in parts can still find out about a person. */
export function remedy(person: Person): 'none' | 'blame the field' | 'send in parts' {
  if (person.fields.size === 0) return 'none'
  return person.fields.size === 1 && person.rest === undefined ? 'blame the field' : 'send in parts'
}

/** The fields that any of these people carries, in a steady order. */
export function fieldsOf(people: readonly Person[]): string[] {
  return [...REFUSABLE_FIELDS].filter((field) => people.some((person) => person.fields.has(field)))
}
