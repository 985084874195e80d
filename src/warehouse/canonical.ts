// Decides what is common to the canonical forms of every database: the faults a value can have, the range of years, what is
// blank, which keys Braze does not take, how a double is rounded. The forms themselves are SQL and live in each database's
// types.ts. Whoever changes one raises the version of canonical forms that definitions carry: snapshots are then rewritten
// and nothing is sent.

import {
  FIRST_YEAR,
  LAST_YEAR,
  MAX_ARRAY_ELEMENTS,
  MAX_STRING_CHARACTERS,
  MAX_VALUE_BYTES,
} from '../model/limits.ts'

/** What can be wrong with a value. Never says the value. */
export const FAULT = {
  tooLong: `over ${MAX_STRING_CHARACTERS} characters`,
  notFinite: 'not a finite number',
  outsideYears: `outside the years ${FIRST_YEAR} to ${LAST_YEAR}`,
  tooManyElements: `more than ${MAX_ARRAY_ELEMENTS} elements`,
  tooBig: `over ${MAX_VALUE_BYTES / 1000} KB`,
  notJson: 'not valid JSON',
  notFlat: 'an array of more than one dimension',
  nulCharacter: 'contains a NUL character',
  nullInside: 'a null inside',
  wrongKey: 'a key that Braze does not take (empty, or with a blank, . or $)',
} as const

/** The white space of Unicode, and the mark of byte order, as ranges of code points: what databases take for blank differs. */
const WHITE_SPACE: readonly (readonly [first: string, last: string])[] = [
  ['0009', '000d'],
  ['0020', '0020'],
  ['0085', '0085'],
  ['00a0', '00a0'],
  ['1680', '1680'],
  ['2000', '200a'],
  ['2028', '2029'],
  ['202f', '202f'],
  ['205f', '205f'],
  ['3000', '3000'],
  ['feff', 'feff'],
]

/** Condition that a text is blank. `matches` says that the whole of it is of a pattern, in which `character` spells one. */
export function blankText(
  text: string,
  { matches, character }: { matches: (pattern: string) => string; character: (hex: string) => string },
): string {
  const ranges = WHITE_SPACE.map(([first, last]) => `${character(first)}-${character(last)}`)
  // Patterns are dear: only what begins with a blank or beyond ASCII is looked at.
  return `case when ${text} < '!' or ${text} >= '~' then ${matches(`^[${ranges.join('')}]*$`)} else false end`
}

/** First moment that is good, and first that no longer is, as the text of a date. */
export const FIRST_DATE = `${String(FIRST_YEAR).padStart(4, '0')}-01-01`
export const END_DATE = `${LAST_YEAR + 1}-01-01`

/** What makes Braze drop an object, without a word, when it stands in one of its keys. */
export const WRONG_IN_KEY = '[ .$]'

/** The one key with a dollar that Braze knows in a value: alone in its object, it makes a time of a text. */
export const TIME_KEY = '$time'

/** Multiplications beyond this bound change no digit of a double: it has no fraction there (2^52). */
const NO_FRACTION_FROM = 4_503_599_627_370_496

/**
 * Rounds a finite double half away from zero with plain IEEE steps, so that every database comes to the same bits. Their
 * own round() functions differ: some go through decimals, some round half to even. `type` is their name for doubles.
 */
export function roundedDouble(
  expression: string,
  places: number | undefined,
  type = 'double precision',
): string {
  if (places === undefined) return expression
  const factor = `cast(1e${places} as ${type})`
  const bound = `cast(${NO_FRACTION_FROM}e-${places} as ${type})`
  const rounded = `sign(${expression}) * floor(abs(${expression}) * ${factor} + 0.5) / ${factor}`
  return `case when abs(${expression}) < ${bound} then ${rounded} + 0 else ${expression} end`
}
