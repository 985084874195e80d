// Decides how Postgres' arrays and composites are kept: as JSON text whose elements obey the rules of their own types.

import { MAX_ARRAY_ELEMENTS, MAX_VALUE_BYTES } from '../../model/limits.ts'
import { FAULT } from '../canonical.ts'
import { type Form, firstFault, isRefusal, type Refusal } from '../form.ts'
import { ident, literal, once, wire } from './dialect.ts'

/** JSON text of a value inside another one: never NULL. */
const inner = (form: Form, x: string): string => `coalesce(${wire(form.kind, form.canonical(x))}, 'null')`

interface Container {
  /** JSON text; NULL for NULL. */
  json(x: string): string
  /** What to look for before the text is made; each gives NULL or a fault. */
  readonly faults: readonly ((x: string) => string)[]
  readonly plain: boolean
  readonly isBounded: boolean
}

function containerForm({ json, faults, plain, isBounded }: Container): Form {
  const before = (x: string): string => (faults.length === 0 ? 'null::text' : `coalesce(${faults.map((f) => f(x)).join(', ')})`)
  const fits = `case when octet_length(v.t) <= ${MAX_VALUE_BYTES} then v.t end`
  const text = (x: string): string => (isBounded ? json(x) : once(json(x), fits))
  const tooBig = (x: string): string => firstFault([[`octet_length(${json(x)}) > ${MAX_VALUE_BYTES}`, FAULT.tooBig]])
  const all = (x: string): string => (isBounded ? before(x) : `coalesce(${before(x)}, ${tooBig(x)})`)
  return {
    kind: 'json',
    canonical: (x) => (faults.length === 0 ? text(x) : `case when ${before(x)} is null then ${text(x)} end`),
    ...(faults.length === 0 && isBounded ? {} : { fault: all }),
    plain,
    brief: false,
  }
}

/** Names of the rows of an array's elements: one for each level, since an inner array looks at the outer row. */
let lastRow = 0

export function arrayForm(element: Form | Refusal): Form | Refusal {
  if (isRefusal(element)) return element
  lastRow += 1
  return element
}
export { containerForm, firstFault, ident, literal, inner, lastRow, FAULT, MAX_ARRAY_ELEMENTS }
