// Decides the answer to a /users/track body, and which of its objects are accepted. Pure: neither profiles nor clock.

import { personKey, type Who, whoIs } from './identity.ts'
import { isArray, isObject, type Json, type JsonObject, type Renderable } from './json-value.ts'
import { judgeAttributes } from './judge-attributes.ts'
import { hasOversizedProperties, judgeEvent, judgePurchase } from './judge-events.ts'
import { type Refusal, type RefusalStyle, refusalText } from './refusal.ts'

/** In the order in which Braze applies them. */
export const ARRAYS = ['attributes', 'events', 'purchases'] as const
export type ArrayName = (typeof ARRAYS)[number]

export interface Accepted {
  readonly array: ArrayName
  readonly object: JsonObject
  readonly who: Who
}

export interface TrackRules {
  readonly maxObjects: number
  readonly objectLimit: 'combined' | 'per_array'
  readonly style: RefusalStyle
  readonly blockedIds: ReadonlySet<string>
  /** A reason of the tester's own for refusing an object. */
  readonly refuse: (object: JsonObject) => string | undefined
}

export interface Verdict {
  readonly status: number
  readonly body: Renderable
  readonly accepted: readonly Accepted[]
  readonly refused: number
}

interface RefusedObject {
  readonly type: string
  readonly input_array: ArrayName
  readonly index: number
}

const NO_VALID_DATA = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields."

export function judgeTrack(body: Json, rules: TrackRules): Verdict {
  if (!isObject(body)) return refuseAll('Bad Request: the body must be a JSON object')
  for (const array of ARRAYS) {
    if (body.has(array) && !isArray(body.get(array))) return refuseAll(`'${array}' must be an array`)
  }
  if (isOver(body, rules)) return refuseAll('Max Input Length Exceeded')
  if (countObjects(body) === 0) return refuseAll(NO_VALID_DATA)
  if (objectsIn(body).some(([array, object]) => array !== 'attributes' && hasOversizedProperties(object))) {
    return refuseAll('Bad Request: event properties are too large')
  }
  return judgeObjects(body, rules)
}

function isOver(body: JsonObject, { maxObjects, objectLimit }: TrackRules): boolean {
  if (objectLimit === 'combined') return countObjects(body) > maxObjects
  return ARRAYS.some((array) => entriesOf(body, array).length > maxObjects)
}

/** Objects in all three arrays, whatever they are. */
export function countObjects(body: Json): number {
  if (!isObject(body)) return 0
  return ARRAYS.reduce((sum, array) => sum + entriesOf(body, array).length, 0)
}

/** Every entry of the three arrays that is an object. */
export function objectsIn(body: Json): readonly (readonly [ArrayName, JsonObject])[] {
  if (!isObject(body)) return []
  return ARRAYS.flatMap((array) =>
    entriesOf(body, array)
      .filter(isObject)
      .map((object) => [array, object] as const),
  )
}

/** Who is named in a request, and how often somebody is named again within `attributes`. */
export function peopleOf(body: Json): { readonly people: ReadonlySet<string>; readonly duplicates: number } {
  const people = new Set<string>()
  let duplicates = 0
  for (const [array, object] of objectsIn(body)) {
    const who = whoIs(object)
    if (typeof who === 'string') continue
    const key = personKey(who)
    if (array === 'attributes' && people.has(key)) duplicates += 1
    people.add(key)
  }
  return { people, duplicates }
}

function judgeObjects(body: JsonObject, rules: TrackRules): Verdict {
  const accepted: Accepted[] = []
  const errors: RefusedObject[] = []
  const processed: Record<string, number> = {}
  for (const array of ARRAYS) {
    if (!body.has(array)) continue
    const before = accepted.length
    for (const [index, entry] of entriesOf(body, array).entries()) {
      const verdict = judgeEntry(array, entry, rules)
      if (typeof verdict === 'string') errors.push({ type: verdict, input_array: array, index })
      else accepted.push(verdict)
    }
    processed[`${array}_processed`] = accepted.length - before
  }
  const refused = errors.length
  const report = errors.map((error) => ({ ...error }))
  if (accepted.length === 0) {
    return { status: 400, body: { message: NO_VALID_DATA, errors: report }, accepted, refused }
  }
  const listed = refused === 0 ? {} : { errors: report }
  return { status: 201, body: { ...processed, ...listed, message: 'success' }, accepted, refused }
}

function judgeEntry(array: ArrayName, entry: Json, rules: TrackRules): Accepted | string {
  const say = (refusal: Refusal) => refusalText(refusal, rules.style)
  if (!isObject(entry)) return say('NOT_AN_OBJECT')
  const who = whoIs(entry)
  if (typeof who === 'string') return say(who)
  if (who.by === 'external_id' && rules.blockedIds.has(who.id)) return say('BLACKLISTED_EXTERNAL_USER_ID')
  const flag = entry.get('_update_existing_only')
  if (flag !== undefined && typeof flag !== 'boolean') return say('BAD_UPDATE_FLAG')
  const refusal = JUDGES[array](entry)
  if (refusal !== undefined) return say(refusal)
  return rules.refuse(entry) ?? { array, object: entry, who }
}

const JUDGES: Readonly<Record<ArrayName, (object: JsonObject) => Refusal | undefined>> = {
  attributes: judgeAttributes,
  events: judgeEvent,
  purchases: judgePurchase,
}

function entriesOf(body: JsonObject, array: ArrayName): readonly Json[] {
  const entries = body.get(array)
  return isArray(entries) ? entries : []
}

function refuseAll(message: string): Verdict {
  return { status: 400, body: { message }, accepted: [], refused: 0 }
}
