// Decides how BigQuery's arrays and structs are kept: as JSON text whose elements obey the rules of their own types.

import { MAX_ARRAY_ELEMENTS } from '../../model/limits.ts'
import { FAULT } from '../canonical.ts'
import {
  type Container,
  containerForm,
  type Form,
  firstFault,
  isNullInside,
  isRefusal,
  type Refusal,
  refused,
  refusedNames,
  type TextWords,
} from '../form.ts'
import { ident, literal, once, wire } from './dialect.ts'

/** Of a value whose faults were looked for already, so that the text of a query does not grow with the power of its depth. */
export interface BigqueryForm extends Form {
  faultless(x: string): string
}

/** JSON text of a value inside another one, where nothing has a fault: never NULL. */
const inner = (form: BigqueryForm, x: string): string => {
  const value = form.faultless(x)
  if (form.kind === 'text') return `coalesce(to_json_string(${value}), 'null')`
  const text = form.kind === 'timestamp' ? once(value, wire(form.kind, 'v.t')) : wire(form.kind, value)
  return `coalesce(${text}, 'null')`
}

const words: TextWords = { bytes: (text) => `byte_length(${text})`, once }

function bigqueryForm(container: Omit<Container, 'plain'>): BigqueryForm {
  return { ...containerForm(words, { ...container, plain: false }), faultless: container.json }
}

/** `depth` counts the arrays and structs around: each level names its rows differently. */
export function arrayForm(element: BigqueryForm | Refusal, depth: number): BigqueryForm | Refusal {
  if (isRefusal(element)) return element
  const [e, at] = [`e${depth}`, `o${depth}`]
  const { fault } = element
  const rows = (x: string): string => `unnest(${x}) as ${e} with offset as ${at}`
  const texts = (x: string): string => `array(select ${inner(element, e)} from ${rows(x)} order by ${at})`
  const hasNull = (x: string): string =>
    `(select countif(${isNullInside(element, e)}) from unnest(${x}) as ${e}) > 0`
  return bigqueryForm({
    json: (x) =>
      `case when ${x} is not null then '[' || coalesce(array_to_string(${texts(x)}, ','), '') || ']' end`,
    faults: [
      (x) => firstFault([[`array_length(${x}) > ${MAX_ARRAY_ELEMENTS}`, FAULT.tooManyElements]]),
      ...(fault === undefined ? [] : [(x: string) => `(select min(${fault(e)}) from unnest(${x}) as ${e})`]),
      (x) => firstFault([[hasNull(x), FAULT.nullInside]]),
    ],
    isBounded: element.brief,
  })
}

/** The name that BigQuery gives to a field without one; nothing can be read by it. */
const MADE_UP = /^_field_\d+$/

export function structForm(
  fields: readonly { readonly name: string; readonly form: BigqueryForm | Refusal }[],
): BigqueryForm | Refusal {
  const known: { name: string; form: BigqueryForm }[] = []
  const seen = new Set<string>()
  for (const { name, form } of fields) {
    const lower = name.toLowerCase()
    if (name === '' || MADE_UP.test(lower)) return refused('give every field of the struct a name')
    if (seen.has(lower)) return refused('give every field of the struct a name of its own')
    if (isRefusal(form)) return form
    seen.add(lower)
    known.push({ name, form })
  }
  const refusal = refusedNames(known.map(({ name }) => name))
  if (refusal !== undefined) return refusal
  const field = (x: string, name: string): string => `${x}.${ident(name)}`
  const members = (x: string): string =>
    known
      .map(({ name, form }, i) => {
        const key = literal(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`)
        return `${key} || ${inner(form, field(x, name))}`
      })
      .join(' || ')
  const hasNullField = (x: string): string =>
    `${x} is not null and (${known.map(({ name, form }) => isNullInside(form, field(x, name))).join(' or ')})`
  return bigqueryForm({
    json: (x) => `case when ${x} is not null then '{' || ${members(x)} || '}' end`,
    faults: [
      ...known.flatMap(({ name, form: { fault } }) =>
        fault === undefined ? [] : [(x: string) => fault(field(x, name))],
      ),
      (x) => firstFault([[hasNullField(x), FAULT.nullInside]]),
    ],
    isBounded: false,
  })
}
