// Decides what can become of one value that was sent: set, unset, left as it was, or dropped without a word.

import type { Json } from './json-value.ts'

/** Why Braze keeps quiet about a value and stores nothing. */
export type DropReason =
  | 'string_too_long'
  | 'name_too_long'
  | 'array_overflow'
  | 'bad_element'
  | 'not_a_list'
  | 'bad_increment'
  | 'nested_null'
  | 'nested_name'
  | 'nested_time'
  | 'value_too_large'
  | 'wrong_type'
  | 'unknown_value'
  | 'blocked'
  | 'alias_taken'
  | 'too_many_properties'

export type Write =
  | {
      readonly kind: 'set'
      readonly value: Json
      readonly dataPoints: number
      /** Something was lost although the value was set. */
      readonly lost?: DropReason
    }
  | { readonly kind: 'unset'; readonly dataPoints: number; readonly lost?: DropReason }
  | { readonly kind: 'keep'; readonly dataPoints: number }
  | { readonly kind: 'drop'; readonly reason: DropReason }

export const set = (value: Json, dataPoints: number): Write => ({ kind: 'set', value, dataPoints })
export const unset = (dataPoints: number): Write => ({ kind: 'unset', dataPoints })
export const drop = (reason: DropReason): Write => ({ kind: 'drop', reason })

/** Characters are counted as people count letters of a word: an emoji is one, not two. */
export function longerThan(text: string, limit: number): boolean {
  return text.length > limit && [...text].length > limit
}
