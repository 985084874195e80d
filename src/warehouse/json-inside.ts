// Decides which JSON has something inside that makes Braze drop it without a word: a text or key that is too long, a null, a
// key that it does not take. Patterns that all three databases understand, so that they agree. Pure.

import { MAX_STRING_CHARACTERS } from '../model/limits.ts'
import { FAULT, TIME_KEY, WRONG_IN_KEY } from './canonical.ts'

const HEX = '[0-9a-fA-F]'

/** What stands for one character in JSON: an emoji can be two escapes. */
const JSON_ESCAPE = String.raw`\\(?:u[dD][89abAB]${HEX}{2}\\u[dD][c-fC-F]${HEX}{2}|u${HEX}{4}|.)`

/**
 * JSON with a text or a key over the limit, once each escape is one character: every other quote then ends what the one
 * before began. From the start of the text, since what stands between two texts can be as long. A repeat goes to 255 in
 * Postgres, so the character beyond is spelled out.
 */
const LONG_INSIDE = `^(?:[^"]*"[^"]*")*[^"]*"[^"]{${MAX_STRING_CHARACTERS}}[^"]`

/** JSON of so many bytes holds no such text: two are quotes. Most values are shorter and need no look. */
const NOTHING_LONG_BYTES = MAX_STRING_CHARACTERS + 2

const CHARACTER = String.raw`(?:[^"\\]|\\.)`
/** From the start of JSON to a place outside of its texts: what a text says must not be taken for structure. */
const OUTSIDE = `^(?:[^"]*"${CHARACTER}*")*[^"]*`

/** JSON with a null inside of it; one that is null as a whole has nothing before. */
const NULL_INSIDE = String.raw`${OUTSIDE}[,:\[]\s*null`

/** JSON with a key that is empty or holds such a character, which may be written as an escape. */
const WRONG_KEY_INSIDE = String.raw`${OUTSIDE}"(?:${CHARACTER}*(?:${WRONG_IN_KEY}|\\u00(?:20|24|2[eE]))${CHARACTER}*)?"\s*:`

/** Such an object as JSON. No text can look like it, since the quotes within a text are escaped. */
const TIME_OBJECT = String.raw`\{\s*"\$time"\s*:\s*"[^"\\]*"\s*\}`

/** How a database looks at JSON text. Patterns come without quotes around them. */
export interface JsonWords {
  bytes(text: string): string
  contains(text: string, word: string): string
  matches(text: string, pattern: string): string
  /** With every match replaced. */
  replaced(text: string, pattern: string, by: string): string
}

/** Faults of the JSON text `t`, as conditions. CASE, so that patterns are tried only on the few values that may match. */
export function insideFaults(words: JsonWords, t: string): (readonly [condition: string, fault: string])[] {
  const { bytes, contains, matches, replaced } = words
  const when = (condition: string, look: string) => `case when ${condition} then ${look} else false end`
  const plainTimes = `case when ${contains(t, `"${TIME_KEY}"`)} then ${replaced(t, TIME_OBJECT, '0')} else ${t} end`
  return [
    [
      when(`${bytes(t)} > ${NOTHING_LONG_BYTES}`, matches(replaced(t, JSON_ESCAPE, '_'), LONG_INSIDE)),
      FAULT.tooLong,
    ],
    [when(contains(t, 'null'), matches(t, NULL_INSIDE)), FAULT.nullInside],
    [matches(plainTimes, WRONG_KEY_INSIDE), FAULT.wrongKey],
  ]
}

/** Condition: it has one of them. */
export const hasFaultInside = (words: JsonWords, t: string): string =>
  `(${insideFaults(words, t)
    .map(([condition]) => condition)
    .join(' or ')})`
