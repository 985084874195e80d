// Decides how the form of one column type is put together: what is common to all databases, over SQL text that is not.

import { MAX_STRING_CHARACTERS, MAX_VALUE_BYTES } from '../model/limits.ts'
import type { ValueKind } from '../model/words.ts'
import { FAULT, TIME_KEY, WRONG_IN_KEY } from './canonical.ts'
import type { SourceColumn } from './port.ts'

/** How the values of one type are kept, as SQL over an expression of that type. */
export interface Form {
  readonly kind: ValueKind
  canonical(x: string, round?: number): string
  /** Text that says what is wrong, NULL for a good value; absent when nothing can be. */
  readonly fault?: (x: string) => string
  /** The database's own to_json of the raw value already is the text that we send. */
  readonly plain: boolean
  /** JSON text of a value never exceeds some forty bytes, so 500 of them are not too big. */
  readonly brief: boolean
  /** Whether a value is null in what is sent, where IS NULL does not say it all: JSON has a null of its own. */
  readonly isNull?: (x: string) => string
  /** Texts, integers and uuids can name a person. */
  readonly canBeKey?: boolean
}

/** A type that has no form, and why. */
export interface Refusal {
  readonly refusal: string
}

export function isRefusal(form: Form | Refusal): form is Refusal {
  return 'refusal' in form
}

/** The usual remedy: the author decides what the value should become. */
export function refused(remedy = 'cast it to text'): Refusal {
  return { refusal: `values of this type cannot be sent: ${remedy}` }
}

/** A field's name is a key in what is sent: one that Braze does not take is wrong in every row. */
export function refusedNames(names: readonly string[]): Refusal | undefined {
  if (names.some((name) => [...name].length > MAX_STRING_CHARACTERS))
    return refused(`give the fields of the struct names of ${MAX_STRING_CHARACTERS} characters at most`)
  if (names.length === 1 && names[0] === TIME_KEY) return undefined
  if (names.some((name) => new RegExp(WRONG_IN_KEY).test(name)))
    return refused('give the fields of the struct names without a blank, . or $')
  return undefined
}

/** Whether a value is null, inside of another one. */
export function isNullInside(form: Form, x: string): string {
  return form.isNull?.(x) ?? `${x} is null`
}

/** Faults in order: the first that holds is told. */
export function firstFault(cases: readonly (readonly [condition: string, fault: string])[]): string {
  return `case ${cases.map(([condition, fault]) => `when ${condition} then '${fault}'`).join(' ')} end`
}

/** A value that holds others: an array, a struct. */
export interface Container {
  /** JSON text; NULL for NULL. */
  json(x: string): string
  /** What to look for before the text is made; each gives NULL or a fault. */
  readonly faults: readonly ((x: string) => string)[]
  readonly plain: boolean
  readonly isBounded: boolean
}

/** How a database looks at a text that it makes: its size in bytes, and `use` over `v.t`, the text made once. */
export interface TextWords {
  bytes(text: string): string
  once(text: string, use: string): string
}

export function containerForm({ bytes, once }: TextWords, container: Container): Form {
  const { json, faults, isBounded } = container
  const before = (x: string): string => `coalesce(${['null', ...faults.map((f) => f(x))].join(', ')})`
  const fits = `case when ${bytes('v.t')} <= ${MAX_VALUE_BYTES} then v.t end`
  const text = (x: string): string => (isBounded ? json(x) : once(json(x), fits))
  const tooBig = (x: string): string => firstFault([[`${bytes(json(x))} > ${MAX_VALUE_BYTES}`, FAULT.tooBig]])
  const all = (x: string): string => (isBounded ? before(x) : `coalesce(${before(x)}, ${tooBig(x)})`)
  return {
    kind: 'json',
    canonical: (x) => (faults.length === 0 ? text(x) : `case when ${before(x)} is null then ${text(x)} end`),
    ...(faults.length === 0 && isBounded ? {} : { fault: all }),
    plain: container.plain,
    brief: false,
  }
}

export function sourceColumn(column: { name: string; type: string }, form: Form | Refusal): SourceColumn {
  if (isRefusal(form)) return { ...column, refusal: form.refusal, canBeKey: false }
  const { fault } = form
  return {
    ...column,
    value: {
      kind: form.kind,
      canonical: (expression, { round }) => form.canonical(expression, round),
      ...(fault === undefined ? {} : { fault: (expression: string) => fault(expression) }),
    },
    canBeKey: form.canBeKey ?? false,
  }
}
