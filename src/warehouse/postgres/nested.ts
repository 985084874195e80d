// Decides how Postgres' arrays and composites are kept: as JSON text whose elements obey the rules of their own types.

import { MAX_ARRAY_ELEMENTS, MAX_STRING_CHARACTERS, MAX_VALUE_BYTES } from '../../model/limits.ts'
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
  const before = (x: string): string =>
    faults.length === 0 ? 'null::text' : `coalesce(${faults.map((f) => f(x)).join(', ')})`
  const fits = `case when octet_length(v.t) <= ${MAX_VALUE_BYTES} then v.t end`
  const text = (x: string): string => (isBounded ? json(x) : once(json(x), fits))
  const tooBig = (x: string): string =>
    firstFault([[`octet_length(${json(x)}) > ${MAX_VALUE_BYTES}`, FAULT.tooBig]])
  const all = (x: string): string => (isBounded ? before(x) : `coalesce(${before(x)}, ${tooBig(x)})`)
  return {
    kind: 'json',
    canonical: (x) => (faults.length === 0 ? text(x) : `case when ${before(x)} is null then ${text(x)} end`),
    ...(faults.length === 0 && isBounded ? {} : { fault: all }),
    plain,
    brief: false,
  }
}

/** `depth` counts the arrays and composites around: each level names its rows differently. */
export function arrayForm(element: Form | Refusal, depth: number): Form | Refusal {
  if (isRefusal(element)) return element
  const e = `e${depth}`
  const { fault } = element
  // In FROM, unnest would make a row of NULLs out of a composite that is NULL.
  const rows = (x: string): string => `(select unnest(${x}) as ${e}) as s${depth}`
  const look = (x: string): string =>
    `(select f.t from (select ${fault?.(e)} as t from ${rows(x)}) as f where f.t is not null limit 1)`
  // To look at each element costs more than to make the text; and texts that are short together are so each.
  const firstInside = (x: string): string =>
    element.kind === 'text'
      ? `case when octet_length(array_to_string(${x}, '')) > ${MAX_STRING_CHARACTERS} then ${look(x)} end`
      : look(x)
  return containerForm({
    json: (x) =>
      element.plain
        ? `to_json(${x})::text`
        : `case when ${x} is not null then '[' || array_to_string(array(select ${inner(element, e)} from ${rows(x)}), ',') || ']' end`,
    faults: [
      (x) =>
        firstFault([
          [`cardinality(${x}) > ${MAX_ARRAY_ELEMENTS}`, FAULT.tooManyElements],
          // unnest would make one row of them.
          ...(element.plain ? [] : [[`array_ndims(${x}) > 1`, FAULT.notFlat] as const]),
        ]),
      ...(fault === undefined ? [] : [firstInside]),
    ],
    plain: element.plain,
    isBounded: element.brief,
  })
}

export function compositeForm(fields: readonly { name: string; form: Form | Refusal }[]): Form | Refusal {
  const known: { name: string; form: Form }[] = []
  for (const { name, form } of fields) {
    if (isRefusal(form)) return form
    known.push({ name, form })
  }
  const field = (x: string, name: string): string => `(${x}).${ident(name)}`
  const members = (x: string): string =>
    known
      .map(({ name, form }, i) => {
        const key = literal(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`)
        return `${key} || ${inner(form, field(x, name))}`
      })
      .join(' || ')
  return containerForm({
    // IS NULL is also true of a row whose fields are all NULL.
    json: (x) => `case when ${x} is distinct from null then '{' || ${members(x)} || '}' end`,
    faults: known.flatMap(({ name, form: { fault } }) =>
      fault === undefined ? [] : [(x: string) => fault(field(x, name))],
    ),
    plain: known.every(({ form }) => form.plain),
    isBounded: false,
  })
}
