// Decides where one JSON object ends and the next begins, and which members an object has, without parsing values:
// numbers beyond 2^53 and decimals stay the text that the database wrote.

import { BrazierError } from '../model/errors.ts'

/** One top-level member of an object; `value` is its JSON text, untouched. */
export interface Member {
  readonly name: string
  readonly value: string
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** The text of each object in `{…},{…}`; empty text holds none. */
export function splitObjects(joined: string): string[] {
  const objects: string[] = []
  let at = skipBlank(joined, 0)
  while (at < joined.length) {
    if (objects.length > 0) at = skipBlank(joined, expect(joined, at, COMMA))
    expect(joined, at, OPEN_BRACE)
    const end = endOfValue(joined, at)
    objects.push(joined.slice(at, end))
    at = skipBlank(joined, end)
  }
  return objects
}

/** The top-level members of one object, in the order they were written. */
export function splitMembers(object: string): Member[] {
  const members: Member[] = []
  let at = skipBlank(object, expect(object, skipBlank(object, 0), OPEN_BRACE))
  while (object.charCodeAt(at) !== CLOSE_BRACE) {
    if (members.length > 0) at = skipBlank(object, expect(object, at, COMMA))
    expect(object, at, QUOTE)
    const nameEnd = endOfString(object, at)
    const start = skipBlank(object, expect(object, skipBlank(object, nameEnd), COLON))
    const end = endOfValue(object, start)
    members.push({ name: nameOf(object.slice(at, nameEnd)), value: object.slice(start, end) })
    at = skipBlank(object, end)
  }
  return members
}

/** One object's text out of members. */
export function joinMembers(members: readonly Member[]): string {
  return `{${members.map(({ name, value }) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

function nameOf(quoted: string): string {
  const name: unknown = JSON.parse(quoted)
  return String(name)
}

/** Just behind the value that starts at `start`. */
function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return endOfString(text, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(text, start)
  let at = start
  while (at < text.length && !endsScalar(text.charCodeAt(at))) at++
  if (at === start) throw notJson(at)
  return at
}

function endOfNested(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--
      if (depth === 0) return at + 1
    }
  }
  throw notJson(text.length)
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at + 1
  }
  throw notJson(text.length)
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isBlank(code)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function skipBlank(text: string, start: number): number {
  let at = start
  while (at < text.length && isBlank(text.charCodeAt(at))) at++
  return at
}

/** Just behind the character that must stand at `at`. */
function expect(text: string, at: number, code: number): number {
  if (text.charCodeAt(at) !== code) throw notJson(at)
  return at + 1
}

/** The store wrote this text, so this is a bug of ours; the text itself is people's data and stays out. */
function notJson(at: number): BrazierError {
  return new BrazierError(`The store wrote a batch that is not a row of JSON objects (at character ${at})`, {
    hint: 'This is a bug in Brazier. Nothing of this batch counts as accepted.',
  })
}
