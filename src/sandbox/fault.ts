// Decides which misbehaviours the sandbox can be asked for, and which requests each of them hits.

import { z } from 'zod'
import type { PlainObject } from './json-value.ts'

const scalar = z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()])
const when = z.enum(['before', 'after']).optional()

/** An object is meant if all that is given here holds for it. */
const dataTest = z.strictObject({
  external_id: z.string().optional(),
  attribute: z.string().optional(),
  /** With `attribute`: its value. */
  equals: scalar.optional(),
  /** With `attribute`: a regular expression that its text matches. */
  pattern: z.string().refine(isPattern, 'not a regular expression').optional(),
})

const functionTest = z.custom<(object: PlainObject) => boolean>((value) => typeof value === 'function')

/** Which requests, and how often. With `every` or `object`: until removed; otherwise once. */
const aim = {
  method: z.string().optional(),
  /** Default `/users/track`; `*` for every endpoint. */
  path: z.string().optional(),
  /** Only requests with such an object. */
  object: z.union([dataTest, functionTest]).optional(),
  times: z.union([z.int().positive(), z.literal('always')]).optional(),
  every: z.int().positive().optional(),
  /** Matching requests that go through untouched first. */
  after: z.int().nonnegative().optional(),
}

const action = z.discriminatedUnion('kind', [
  /** Any status; nothing is applied unless `applied`. */
  z.strictObject({
    ...aim,
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    applied: z.boolean().optional(),
  }),
  /** The connection is dropped: before applying, after it, or after half of the answer. */
  z.strictObject({ ...aim, kind: z.literal('drop'), when: z.enum(['before', 'after', 'midway']).optional() }),
  /** Waits before (the default) or after applying. */
  z.strictObject({ ...aim, kind: z.literal('delay'), ms: z.number().nonnegative(), when }),
  /** Waits before (the default) or after applying, until released. */
  z.strictObject({ ...aim, kind: z.literal('hold'), when }),
  /** Applied, but the 2xx answer is no JSON. */
  z.strictObject({
    ...aim,
    kind: z.literal('garbage'),
    status: z.int().optional(),
    body: z.string().optional(),
  }),
  /** Applied, and answered 202 as in maintenance. */
  z.strictObject({ ...aim, kind: z.literal('queued') }),
  /** 201 with an error that names no object; nothing is applied unless `applied`. */
  z.strictObject({
    ...aim,
    kind: z.literal('unindexed_error'),
    type: z.string().optional(),
    applied: z.boolean().optional(),
  }),
  /** Objects that match `object` (all, without it) are refused one by one with these words. */
  z.strictObject({ ...aim, kind: z.literal('refuse'), type: z.string().optional() }),
  /** 429: `standard` with the three headers, `hourly` with only the time to wait. */
  z.strictObject({
    ...aim,
    kind: z.literal('rate_limited'),
    form: z.enum(['standard', 'hourly']).optional(),
    seconds: z.int().nonnegative().optional(),
  }),
  /** 401 whose body repeats the key that was presented. */
  z.strictObject({ ...aim, kind: z.literal('unauthorized') }),
  /** 403, as for a key without the permission. */
  z.strictObject({ ...aim, kind: z.literal('forbidden') }),
])

export const faultSchema = action
export type Fault = z.infer<typeof action>
export type FaultOf<K extends Fault['kind']> = Extract<Fault, { kind: K }>
export type ObjectTest = NonNullable<Fault['object']>

export interface FaultTarget {
  readonly method: string
  readonly path: string
  /** The request's objects; asked for only when a fault looks at them. */
  readonly objects: () => readonly PlainObject[]
}

export function hits(fault: Fault, target: FaultTarget): boolean {
  const path = fault.path ?? '/users/track'
  if (path !== '*' && path !== target.path) return false
  if (fault.method !== undefined && fault.method !== target.method) return false
  const test = fault.object
  return test === undefined || target.objects().some((object) => isMeant(object, test))
}

export function isMeant(object: PlainObject, test: ObjectTest): boolean {
  if (typeof test === 'function') return test(object)
  if (test.external_id !== undefined && object.external_id !== test.external_id) return false
  if (test.attribute === undefined) return test.external_id !== undefined
  const value = Object.hasOwn(object, test.attribute) ? object[test.attribute] : undefined
  if (value === undefined) return false
  if (test.equals !== undefined && value !== test.equals) return false
  return test.pattern === undefined || new RegExp(test.pattern).test(String(value))
}

/** How many requests a fault hits at most. */
export function timesOf(fault: Fault): number {
  if (fault.times === 'always') return Number.POSITIVE_INFINITY
  const lasting = fault.every !== undefined || fault.object !== undefined
  return fault.times ?? (lasting ? Number.POSITIVE_INFINITY : 1)
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
