// Decides how Postgres' arrays and composites are kept: as JSON text whose elements obey the rules of their own types.

import { MAX_ARRAY_ELEMENTS, MAX_STRING_CHARACTERS } from '../../model/limits.ts'
import { FAULT } from '../canonical.ts'
import {
  containerForm,
  type Form,
  firstFault,
  isNullInside,
  isRefusal,
  type Refusal,
  refusedNames,
  type TextWords,
} from '../form.ts'
import { ident, literal, once, wire } from './dialect.ts'

/** JSON text of a value inside another one: never NULL. */
const inner = (form: Form, x: string): string => `coalesce(${wire(form.kind, form.canonical(x))}, 'null')`

const words: TextWords = { bytes: (text) => `octet_length(${text})`, once }

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
  // Counts in every dimension, and takes a composite for NULL only where it is that as a whole.
  const hasNull = (x: string): string =>
    element.isNull === undefined
      ? `num_nulls(variadic ${x}) > 0`
      : `exists (select from ${rows(x)} where ${element.isNull(e)})`
  return containerForm(words, {
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
      (x) => firstFault([[hasNull(x), FAULT.nullInside]]),
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
  const refusal = refusedNames(known.map(({ name }) => name))
  if (refusal !== undefined) return refusal
  const field = (x: string, name: string): string => `(${x}).${ident(name)}`
  const members = (x: string): string =>
    known
      .map(({ name, form }, i) => {
        const key = literal(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`)
        return `${key} || ${inner(form, field(x, name))}`
      })
      .join(' || ')
  const hasNullField = (x: string): string =>
    `${x} is distinct from null and (${known.map(({ name, form }) => isNullInside(form, field(x, name))).join(' or ')})`
  return containerForm(words, {
    // IS NULL is also true of a row whose fields are all NULL.
    json: (x) => `case when ${x} is distinct from null then '{' || ${members(x)} || '}' end`,
    faults: [
      ...known.flatMap(({ name, form: { fault } }) =>
        fault === undefined ? [] : [(x: string) => fault(field(x, name))],
      ),
      (x) => firstFault([[hasNullField(x), FAULT.nullInside]]),
    ],
    plain: known.every(({ form }) => form.plain),
    isBounded: false,
  })
}
