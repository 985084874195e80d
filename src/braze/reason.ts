// Decides which of Braze's words about a refusal may be kept: its sentences and field names, never a value that we
// sent, never the key. Braze may quote either of them, so whatever looks like data goes, and whatever we sent goes.

import { RESERVED_ATTRIBUTES, STANDARD_FIELDS } from '../model/limits.ts'
import { splitMembers } from './split-objects.ts'

const MAX_CHARACTERS = 200
/** Beyond this nothing of a reply is looked at. */
const MAX_READ = 2000
const GONE = '…'

/** Words that Braze quotes in its sentences without them being data (Braze docs, "User track", errors). */
const FIELD_WORDS: ReadonlySet<string> = new Set([
  ...STANDARD_FIELDS,
  ...RESERVED_ATTRIBUTES,
  ...['attributes', 'events', 'purchases', 'properties', 'quantity', 'time', 'name', 'product_id', 'price'],
  ...['subscribed', 'unsubscribed', 'opted_in', 'longitude', 'latitude', 'token', 'device_id'],
  ...['subscription_group_id', 'subscription_state', 'currency'],
])

/** Words of Braze's own sentences: a value that equals one is left, else no sentence would be readable. */
const SENTENCE_WORDS: ReadonlySet<string> = new Set(
  (
    'a an and are array be bytes contain data disallowed blacklisted email external fewer field fields for format hash ' +
    'id in invalid is it length mandatory maximum must not object of one only or phone property provided required ' +
    'specify string than that the this to too large update user users valid value with you'
  ).split(' '),
)

const LOOKS_LIKE_DATA: readonly RegExp[] = [
  // E-mail addresses, web addresses, uuids, long hexadecimal identifiers.
  /[^\s'"<>,;]+@[^\s'"<>,;]+/gu,
  /\bhttps?:\/\/\S+/giu,
  /\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b/giu,
  /\b(?=[a-z]*\d)[0-9a-f]{16,}\b/giu,
  // Phone numbers, dates, amounts, numeric ids: five digits or more, also with separators between them.
  /\+?\(?\d(?:[\s().:/-]{0,2}\d){4,}/gu,
]

const QUOTED =
  /(?<![\p{L}\p{N}])(?:'(.*?)(?:'(?![\p{L}\p{N}])|$)|"(.*?)(?:"|$)|`(.*?)(?:`|$)|[‘“„«](.*?)(?:[’”»]|$))/gu

/** Braze's words without anything that looks like data, nor the secret; not yet cut. */
export function cleanWords(words: string, secret: string | undefined): string {
  const plain = words
    .slice(0, MAX_READ)
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim()
  const unsecret = secret === undefined || secret === '' ? plain : plain.replaceAll(secret, GONE)
  const unquoted = unsecret.replaceAll(QUOTED, keepFieldWord)
  return LOOKS_LIKE_DATA.reduce((text, pattern) => text.replaceAll(pattern, GONE), unquoted)
}

/** The same without any value of the object that it is about, and cut to a length that a table can hold. */
export function refusalReason(words: string, object: string): string {
  const without = sentValues(object).reduce(withoutValue, words)
  const text = without.replaceAll(/…(?:[\s,;]*…)+/gu, GONE)
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}${GONE}` : text
}

function keepFieldWord(quote: string): string {
  return FIELD_WORDS.has(quote.slice(1, -1)) ? quote : `'${GONE}'`
}

function withoutValue(words: string, value: string): string {
  if (!words.toLowerCase().includes(value.toLowerCase())) return words
  const escaped = value.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')
  return words.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'giu'), GONE)
}

/** Every text and number in the object's values, whole and by word, the longest first. */
function sentValues(object: string): string[] {
  const values = new Set<string>()
  for (const { value } of splitMembers(object)) {
    for (const scalar of value.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*/gu)) {
      if (scalar[2] !== undefined) continue
      const text = scalar[1] === undefined ? scalar[0] : String(JSON.parse(scalar[1]))
      for (const part of [text, ...text.split(/\s+/u).filter((word) => word.length > 2)]) values.add(part)
    }
  }
  return [...values]
    .filter((value) => value.trim() !== '' && value !== GONE && !isPlain(value.toLowerCase()))
    .sort((one, other) => other.length - one.length)
}

function isPlain(value: string): boolean {
  return SENTENCE_WORDS.has(value) || FIELD_WORDS.has(value)
}
