// Decides how a refused person is sent again: Braze refuses a whole object for one bad standard field, so the other
// members go together, and each such field alone, with the person's identity on every part. A part may create the person
// only if it carries a member that may: otherwise what is taken back, or belongs to a sync that creates nobody, would bring
// back a ghost while the value that could create is refused. What an update-only part sets of somebody whom Braze does not
// have is lost, as it is whenever a sync that creates nobody is alone; so the parts that create go first.

import { REFUSABLE_FIELDS } from '../model/limits.ts'
import type { MayCreate } from './port.ts'
import { joinMembers, type Member, splitMembers } from './split-objects.ts'

/** One object of some of a person's members. */
export interface Part {
  readonly object: string
  readonly creates: boolean
}

/** One refused person's object, taken apart. */
export interface Person {
  /** Where the object stands in its batch. */
  readonly index: number
  /** The members that no field of its own can be blamed for; absent if there are none. */
  readonly rest?: Part
  /** One object for each field that Braze may refuse the person for. */
  readonly fields: ReadonlyMap<string, Part>
}

const PRIMARY_IDENTITIES: readonly string[] = ['external_id', 'braze_id', 'user_alias']
const UPDATE_ONLY = '_update_existing_only'
const CONTROLS: readonly string[] = [UPDATE_ONLY, '_merge_objects']

export function takeApart(index: number, object: string, mayCreate: MayCreate): Person {
  const members = splitMembers(object)
  const kept = new Set([...CONTROLS, ...identityOf(members)])
  const head = members.filter(({ name }) => kept.has(name))
  const others = members.filter(({ name }) => !kept.has(name))
  const rest = others.filter(({ name }) => !REFUSABLE_FIELDS.has(name))
  const fields = others
    .filter(({ name }) => REFUSABLE_FIELDS.has(name))
    .map((member): [string, Part] => [member.name, partOf(head, [member], mayCreate)])
  const person = { index, fields: new Map(fields) }
  return rest.length === 0 ? person : { ...person, rest: partOf(head, rest, mayCreate) }
}

/** No part may do more than the whole object. */
function partOf(head: readonly Member[], members: readonly Member[], mayCreate: MayCreate): Part {
  const wholeCreates = head.every(({ name, value }) => name !== UPDATE_ONLY || value === 'false')
  const creates = wholeCreates && members.some(({ name, value }) => mayCreate(name, value))
  const said = head.map((member) =>
    member.name === UPDATE_ONLY ? { ...member, value: `${!creates}` } : member,
  )
  return { object: joinMembers([...said, ...members]), creates }
}

/** Only fields of theirs may create them: what else there is goes after those. */
export const isLate = ({ rest, fields }: Person): boolean =>
  rest?.creates !== true && [...fields.values()].some(({ creates }) => creates)

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
