// Decides what is common to the canonical forms of every database: the faults a value can have, the range of years, what
// Braze does not take inside of JSON, how a double is rounded. The forms themselves are SQL and live in each database's
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

const HEX = '[0-9a-fA-F]'

/** What stands for one character in JSON: an emoji can be two escapes. */
export const JSON_ESCAPE = String.raw`\\(?:u[dD][89abAB]${HEX}{2}\\u[dD][c-fC-F]${HEX}{2}|u${HEX}{4}|.)`

/**
 * JSON with a text or a key over the limit, once each escape is one character: every other quote then ends what the one
 * before began. From the start of the text, since what stands between two texts can be as long. A repeat goes to 255 in
 * Postgres, so the character beyond is spelled out.
 */
export const LONG_INSIDE = `^(?:[^"]*"[^"]*")*[^"]*"[^"]{${MAX_STRING_CHARACTERS}}[^"]`

/** JSON of so many bytes holds no such text: two are quotes. Most values are shorter and need no look. */
export const NOTHING_LONG_BYTES = MAX_STRING_CHARACTERS + 2

const CHARACTER = String.raw`(?:[^"\\]|\\.)`
/** From the start of JSON to a place outside of its texts: what a text says must not be taken for structure. */
const OUTSIDE = `^(?:[^"]*"${CHARACTER}*")*[^"]*`

/** JSON with a null inside of it; one that is null as a whole has nothing before. */
export const NULL_INSIDE = String.raw`${OUTSIDE}[,:\[]\s*null`

/** What makes Braze drop an object, without a word, when it stands in one of its keys. */
export const WRONG_IN_KEY = '[ .$]'

/** JSON with a key that is empty or holds such a character, which may be written as an escape. */
export const WRONG_KEY_INSIDE = String.raw`${OUTSIDE}"(?:${CHARACTER}*(?:${WRONG_IN_KEY}|\\u00(?:20|24|2[eE]))${CHARACTER}*)?"\s*:`

/** The one key with a dollar that Braze knows in a value: alone in its object, it makes a time of a text. */
export const TIME_KEY = '$time'
/** Such an object as JSON. No text can look like it, since the quotes within a text are escaped. */
export const TIME_OBJECT = String.raw`\{\s*"\$time"\s*:\s*"[^"\\]*"\s*\}`

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
