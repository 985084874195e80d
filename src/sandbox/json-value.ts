// Decides how the sandbox keeps JSON: numbers exactly as they were written, objects as maps (so that no name is special).

/** A number whose digits a JavaScript number would not give back: `1.0`, `1e3`, integers beyond 2^53. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type JsonObject = ReadonlyMap<string, Json>
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject

/** The same value as ordinary JavaScript: integers beyond 2^53 are bigints, every other number is a number. */
export type Plain = null | boolean | number | bigint | string | readonly Plain[] | PlainObject
export type PlainObject = { readonly [name: string]: Plain }

/** What can be written as JSON: kept values, and ordinary objects around them. Undefined members are left out. */
export type Renderable =
  | Json
  | bigint
  | undefined
  | readonly Renderable[]
  | { readonly [name: string]: Renderable }

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isNumber(value: Json | undefined): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber
}

/** Keeps a number as the lightest thing that gives back the same digits. */
export function exactNumber(text: string): number | ExactNumber {
  const value = Number(text)
  return String(value) === text && !(Number.isInteger(value) && !Number.isSafeInteger(value))
    ? value
    : new ExactNumber(text)
}

export function numberText(value: number | ExactNumber): string {
  return typeof value === 'number' ? String(value) : value.text
}

/** The number as an integer, when it was written as one (`5`, not `5.0`). */
export function integerOf(value: Json | undefined): bigint | undefined {
  if (!isNumber(value)) return undefined
  const text = numberText(value)
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined
}

export function numberOf(value: number | ExactNumber): number {
  return typeof value === 'number' ? value : Number(value.text)
}

export function toPlain(value: Json): Plain {
  if (value instanceof ExactNumber) return plainNumber(value)
  if (isArray(value)) return value.map(toPlain)
  return isObject(value) ? plainObject(value) : value
}

export function plainObject(value: JsonObject): PlainObject {
  return Object.fromEntries([...value].map(([name, item]) => [name, toPlain(item)]))
}

function plainNumber(value: ExactNumber): number | bigint {
  const integer = integerOf(value)
  const near = Number(value.text)
  return integer === undefined || Number.isSafeInteger(near) ? near : integer
}

/** Writes JSON text, numbers with the digits they came with. */
export function renderJson(value: Renderable): string {
  if (value === undefined) return 'null'
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (value instanceof ExactNumber) return value.text
  if (Array.isArray(value)) return `[${value.map(renderJson).join(',')}]`
  const members = value instanceof Map ? [...value] : Object.entries(value)
  return `{${members.flatMap(renderMember).join(',')}}`
}

function renderMember([name, value]: readonly [string, Renderable]): string[] {
  return value === undefined ? [] : [`${JSON.stringify(name)}:${renderJson(value)}`]
}
