// Decides how the form of one column type is put together: what is common to all databases, over SQL text that is not.

import type { ValueKind } from '../model/words.ts'
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

/** Faults in order: the first that holds is told. */
export function firstFault(cases: readonly (readonly [condition: string, fault: string])[]): string {
  return `case ${cases.map(([condition, fault]) => `when ${condition} then '${fault}'`).join(' ')} end`
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
