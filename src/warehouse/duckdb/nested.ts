// Decides how DuckDB's lists, structs and maps are kept: as JSON text whose elements obey the rules of their own types.

import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { MAX_ARRAY_ELEMENTS, MAX_VALUE_BYTES } from '../../model/limits.ts'
import { FAULT, TIME_KEY, WRONG_IN_KEY } from '../canonical.ts'
import {
  type Form,
  firstFault,
  isNullInside,
  isRefusal,
  type Refusal,
  refused,
  refusedNames,
} from '../form.ts'
import { literal, wire } from './dialect.ts'

/** JSON text of a value inside another one: never NULL. */
const inner = (form: Form, x: string): string => `coalesce(${wire(form.kind, form.canonical(x))}, 'null')`

interface Container {
  /** JSON text; NULL for NULL. */
  json(x: string): string
  /** First fault inside, in order of the elements; NULL when there is none. */
  readonly faults: readonly ((x: string) => string)[]
  readonly plain: boolean
  readonly isBounded: boolean
}

function containerForm(container: Container): Form {
  const { json, isBounded } = container
  const size = (x: string): string => firstFault([[`strlen(${json(x)}) > ${MAX_VALUE_BYTES}`, FAULT.tooBig]])
  const faults = [...container.faults, ...(isBounded ? [] : [size])]
  // The branches run from the left and stop at the first text, so that json() never meets a value that it cannot write.
  const fault = (x: string): string =>
    faults.length === 1 ? `${faults[0]?.(x)}` : `coalesce(${faults.map((f) => f(x)).join(', ')})`
  return {
    kind: 'json',
    canonical: (x) => (faults.length === 0 ? json(x) : `case when ${fault(x)} is null then ${json(x)} end`),
    ...(faults.length === 0 ? {} : { fault }),
    plain: container.plain,
    brief: false,
  }
}

/** Whether a list has a null among its elements; `e` names the lambda's variable. */
const hasNull = (element: Form, list: string, e: string): string =>
  element.isNull === undefined
    ? `list_count(${list}) < len(${list})`
    : `len(list_filter(${list}, lambda ${e}: ${element.isNull(e)})) > 0`

/** `as` casts a fixed-size array to a list first. */
export function listForm(element: Form | Refusal, depth: number, as?: string): Form | Refusal {
  if (isRefusal(element)) return element
  const e = `e${depth}`
  const list = (x: string): string => (as === undefined ? x : `(${x})::${as}`)
  const { fault } = element
  return containerForm({
    json: (x) =>
      element.plain
        ? `to_json(${list(x)})::varchar`
        : `'[' || array_to_string(list_transform(${list(x)}, lambda ${e}: ${inner(element, e)}), ',') || ']'`,
    faults: [
      (x) => firstFault([[`len(${x}) > ${MAX_ARRAY_ELEMENTS}`, FAULT.tooManyElements]]),
      ...(fault === undefined
        ? []
        : [(x: string) => `list_any_value(list_transform(${list(x)}, lambda ${e}: ${fault(e)}))`]),
      (x) => firstFault([[hasNull(element, list(x), e), FAULT.nullInside]]),
    ],
    plain: element.plain,
    isBounded: element.brief,
  })
}

export function structForm(fields: readonly { name: string; form: Form | Refusal }[]): Form | Refusal {
  const known: { name: string; form: Form }[] = []
  for (const { name, form } of fields) {
    if (isRefusal(form)) return form
    if (name === '') return refused('name the fields of the struct')
    known.push({ name, form })
  }
  const refusal = refusedNames(known.map(({ name }) => name))
  if (refusal !== undefined) return refusal
  const field = (x: string, name: string): string => `struct_extract(${x}, ${literal(name)})`
  const members = (x: string): string =>
    known
      .map(
        ({ name, form }, i) =>
          `${literal(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`)} || ${inner(form, field(x, name))}`,
      )
      .join(' || ')
  const hasNullField = (x: string): string =>
    `${x} is not null and (${known.map(({ name, form }) => isNullInside(form, field(x, name))).join(' or ')})`
  return containerForm({
    json: (x) => `case when ${x} is not null then '{' || ${members(x)} || '}' end`,
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

/** Entries stand in the order of their keys: that of a map depends on how it was made. */
export function mapForm(
  key: { readonly type: DuckDBType; readonly form: Form },
  value: Form | Refusal,
  depth: number,
): Form | Refusal {
  if (isRefusal(value)) return value
  if (key.type.typeId !== DuckDBTypeId.VARCHAR)
    return refused('give the map keys of type VARCHAR, or cast it to text')
  const e = `e${depth}`
  const { fault } = value
  const keyFault = key.form.fault
  const entries = (x: string): string => `list_sort(map_entries(${x}))`
  const hasWrongKey = (x: string): string =>
    `len(list_filter(map_keys(${x}), lambda ${e}: ${e} = '' or regexp_matches(${e}, '${WRONG_IN_KEY}'))) > 0 and map_keys(${x}) <> ['${TIME_KEY}']`
  return containerForm({
    json: (x) =>
      `'{' || array_to_string(list_transform(${entries(x)}, lambda ${e}: to_json(${e}.key)::varchar || ':' || ${inner(value, `${e}.value`)}), ',') || '}'`,
    faults: [
      (x) => firstFault([[`cardinality(${x}) > ${MAX_ARRAY_ELEMENTS}`, FAULT.tooManyElements]]),
      ...(keyFault === undefined
        ? []
        : [(x: string) => `list_any_value(list_transform(map_keys(${x}), lambda ${e}: ${keyFault(e)}))`]),
      ...(fault === undefined
        ? []
        : [
            (x: string) =>
              `list_any_value(list_transform(${entries(x)}, lambda ${e}: ${fault(`${e}.value`)}))`,
          ]),
      (x) =>
        firstFault([
          [hasNull(value, `map_values(${x})`, e), FAULT.nullInside],
          [hasWrongKey(x), FAULT.wrongKey],
        ]),
    ],
    plain: false,
    isBounded: false,
  })
}
