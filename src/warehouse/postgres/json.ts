// Decides how Postgres' JSON values are kept: as the text of jsonb, whose keys are sorted and whose numbers are exact.

import { MAX_ARRAY_ELEMENTS, MAX_VALUE_BYTES } from '../../model/limits.ts'
import { FAULT } from '../canonical.ts'
import { type Form, firstFault } from '../form.ts'
import { hasFaultInside, insideFaults, type JsonWords } from '../json-inside.ts'
import { once } from './dialect.ts'

const hasTooMany = (b: string): string =>
  `case when jsonb_typeof(${b}) = 'array' then jsonb_array_length(${b}) > ${MAX_ARRAY_ELEMENTS} else false end`

const fits = (t: string): string => `octet_length(${t}) <= ${MAX_VALUE_BYTES}`

const words: JsonWords = {
  bytes: (t) => `octet_length(${t})`,
  contains: (t, word) => `strpos(${t}, '${word}') > 0`,
  matches: (t, pattern) => `(${t}) ~ '${pattern}'`,
  replaced: (t, pattern, by) => `regexp_replace(${t}, '${pattern}', '${by}', 'g')`,
}

const sizeFaults = (b: string, t: string) =>
  [
    [hasTooMany(b), FAULT.tooManyElements],
    [`not (${fits(t)})`, FAULT.tooBig],
  ] as const

const kept = (b: string, isGood = fits): string =>
  `case when ${hasTooMany(b)} then null else ${once(`${b}::text`, `case when ${isGood('v.t')} then nullif(v.t, 'null') collate "C" end`)} end`

export const jsonbForm: Form = {
  kind: 'json',
  canonical: (x) => kept(`(${x})`, (t) => `${fits(t)} and not ${hasFaultInside(words, t)}`),
  fault: (x) =>
    once(`(${x})::text`, firstFault([...sizeFaults(`(${x})`, 'v.t'), ...insideFaults(words, 'v.t')])),
  isNull: (x) => `coalesce(jsonb_typeof(${x}) = 'null', true)`,
  plain: false,
  brief: false,
}

const HEX = '[0-9a-fA-F]'
const SURROGATE_PAIR = String.raw`\\u[dD][89abAB]${HEX}{2}\\u[dD][c-fC-F]${HEX}{2}`
/** A NUL, or half of a pair. */
const NO_CHARACTER = String.raw`\\u(0000|[dD][89a-fA-F])`
/** jsonb holds 131,072 digits before the point. */
const HUGE = '[eE][+-]?[0-9]{4}'
const STRING = String.raw`"([^"\\]|\\.)*"`

/**
 * Whether a text of type json may be cast to jsonb, which fails on characters and numbers that json lets through; and a
 * failed cast would end the whole query. Few values have an escape or an exponent at all, so most are looked through once.
 */
const isSafe = (t: string): string =>
  `not (strpos(${t}, '\\u') > 0 and regexp_replace(replace(${t}, '\\\\', ''), '${SURROGATE_PAIR}', '', 'g') ~ '${NO_CHARACTER}') ` +
  `and not (${t} ~ '${HUGE}' and regexp_replace(${t}, '${STRING}', '', 'g') ~ '${HUGE}')`

/** What is shorter than this as json has neither too many elements nor, but for absurd exponents, too much text as jsonb. */
const SHORT_BYTES = 2 * MAX_ARRAY_ELEMENTS

export const jsonForm: Form = {
  kind: 'json',
  canonical: (x) => {
    const t = `(${x})::text`
    const short = `nullif((${x})::jsonb::text, 'null') collate "C"`
    return `case when not (${isSafe(t)}) or ${hasFaultInside(words, t)} then null when octet_length(${t}) <= ${SHORT_BYTES} then ${short} else ${once(`(${x})::jsonb`, kept('v.t'))} end`
  },
  fault: (x) => {
    const t = `(${x})::text`
    const size = once(`(${x})::jsonb`, firstFault(sizeFaults('v.t', 'v.t::text')))
    return (
      `coalesce(case when not (${isSafe(t)}) then '${FAULT.notJson}' when octet_length(${t}) > ${SHORT_BYTES} then ${size} end, ` +
      `${firstFault(insideFaults(words, t))})`
    )
  },
  isNull: (x) => `coalesce(json_typeof(${x}) = 'null', true)`,
  plain: false,
  brief: false,
}
