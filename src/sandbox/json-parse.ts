// Decides what counts as JSON: RFC 8259 to the letter, nothing forgiven, numbers kept by their text.

import { exactNumber, type Json, type JsonObject } from './json-value.ts'

/** The text is not JSON; the message says where, and never what stood there. */
export class JsonSyntaxError extends Error {}

export interface ParsedJson {
  readonly value: Json
  /** Members whose name was already there in the same object: legal JSON, where the last one wins, but a bug of the sender. */
  readonly duplicateKeys: number
}

/** Deeper nesting than this is refused: our own choice, far above what Braze can use. */
const MAX_DEPTH = 200
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const BLANK = /[ \t\n\r]*/y

export function parseJson(text: string): ParsedJson {
  const reader = new JsonReader(text)
  const value = reader.document()
  return { value, duplicateKeys: reader.duplicateKeys }
}

class JsonReader {
  duplicateKeys = 0
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Json {
    const value = this.#value()
    this.#skipBlank()
    if (this.#at < this.#text.length) throw this.#error('something follows the value')
    return value
  }

  #value(): Json {
    this.#skipBlank()
    const first = this.#text[this.#at]
    if (first === '{') return this.#nested(() => this.#object())
    if (first === '[') return this.#nested(() => this.#array())
    if (first === '"') return this.#string()
    if (first === 't') return this.#word('true', true)
    if (first === 'f') return this.#word('false', false)
    if (first === 'n') return this.#word('null', null)
    return this.#number()
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw this.#error('nested too deeply')
    this.#at += 1
    const value = read()
    this.#depth -= 1
    return value
  }

  #object(): JsonObject {
    const members = new Map<string, Json>()
    if (this.#takes('}')) return members
    do {
      this.#skipBlank()
      const name = this.#string()
      if (members.has(name)) this.duplicateKeys += 1
      if (!this.#takes(':')) throw this.#error('a colon is missing')
      members.set(name, this.#value())
    } while (this.#takes(','))
    if (!this.#takes('}')) throw this.#error('an object does not end')
    return members
  }

  #array(): Json[] {
    const items: Json[] = []
    if (this.#takes(']')) return items
    do items.push(this.#value())
    while (this.#takes(','))
    if (!this.#takes(']')) throw this.#error('an array does not end')
    return items
  }

  #string(): string {
    const start = this.#at
    if (this.#text[start] !== '"') throw this.#error('a string is missing')
    let escaped = false
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at)
      if (code === 0x22) {
        this.#at = at + 1
        return escaped ? this.#unescape(start) : this.#text.slice(start + 1, at)
      }
      if (code < 0x20) break
      if (code === 0x5c) {
        escaped = true
        at += 1
      }
    }
    throw this.#error('a string does not end')
  }

  /** The platform's parser knows escapes; half an emoji (`\ud83d` alone) is not text and is refused here. */
  #unescape(start: number): string {
    let text: string
    try {
      text = JSON.parse(this.#text.slice(start, this.#at))
    } catch {
      throw this.#error('a string has a bad escape')
    }
    if (!text.isWellFormed()) throw this.#error('a string has half a surrogate pair')
    return text
  }

  #number(): Json {
    NUMBER.lastIndex = this.#at
    const found = NUMBER.exec(this.#text)
    if (found === null) throw this.#error('a value is missing')
    this.#at = NUMBER.lastIndex
    return exactNumber(found[0])
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('a value is missing')
    this.#at += word.length
    return value
  }

  #takes(sign: string): boolean {
    this.#skipBlank()
    if (this.#text[this.#at] !== sign) return false
    this.#at += 1
    return true
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at
    BLANK.test(this.#text)
    this.#at = BLANK.lastIndex
  }

  #error(what: string): JsonSyntaxError {
    return new JsonSyntaxError(`${what} (at character ${this.#at})`)
  }
}
