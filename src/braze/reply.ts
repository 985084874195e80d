// Decides what a reply of /users/track means for the objects that were sent. A 2xx is success only if its body says
// so; an error that names no object of ours means that no object of the request counts as accepted.

import type { BrazeError } from '../model/errors.ts'
import { fatalReply } from './fatal-reply.ts'
import { type Headers, readWait } from './limit-headers.ts'
import { cleanWords } from './reason.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** One object that Braze names; `position` counts from 0 within the request. */
interface NamedRefusal {
  readonly position: number
  /** Braze's words, cleared of what looks like data; values that we sent may still stand in them. */
  readonly words: string
}

export type Verdict =
  /** Everything but the refused objects was taken. */
  | { readonly kind: 'accepted'; readonly refusals: readonly NamedRefusal[] }
  /** Nothing was taken; these are at fault, the others go into a new request. */
  | { readonly kind: 'refused'; readonly refusals: readonly NamedRefusal[] }
  /** Something in the request is at fault, and the reply does not say what. `applied`: parts of it may have been taken. */
  | { readonly kind: 'split'; readonly words: string; readonly applied: boolean }
  | { readonly kind: 'throttled'; readonly waitMs: number | undefined }
  | { readonly kind: 'transient'; readonly what: string }
  | { readonly kind: 'fatal'; readonly error: BrazeError }
  | { readonly kind: 'not-understood'; readonly what: string }

export interface Asked {
  /** Objects in the request. */
  readonly count: number
  readonly host: string
  /** Milliseconds since 1970. */
  readonly wallNow: number
  /** The API key, so that no reply can carry it into a reason. */
  readonly secret: string | undefined
}

export function judgeReply(reply: Reply, asked: Asked): Verdict {
  const { status } = reply
  if (status >= 200 && status < 300) return judgeSuccess(reply, asked)
  if (status === 400 || status === 413 || status === 422) return judgeRefusal(reply, asked)
  if (status === 429) return { kind: 'throttled', waitMs: readWait(reply.headers, asked.wallNow) }
  if (status === 408 || status >= 500) return { kind: 'transient', what: `HTTP ${status}` }
  return { kind: 'fatal', error: fatalReply(status, asked.host) }
}

function judgeSuccess(reply: Reply, asked: Asked): Verdict {
  const body = readBody(reply.body)
  const message = body?.message
  const understood = message === 'success' || (message === 'queued' && reply.status === 202)
  if (!understood) return { kind: 'not-understood', what: `HTTP ${reply.status} ${oddity(body)}` }
  const named = readErrors(body?.errors, asked)
  if (named === 'unusable') return { kind: 'split', words: wordsOf(reply.status, body, asked), applied: true }
  return { kind: 'accepted', refusals: named }
}

function oddity(body: Body | undefined): string {
  return body === undefined ? 'with a body that is not a JSON object' : 'without "message":"success"'
}

function judgeRefusal(reply: Reply, asked: Asked): Verdict {
  const body = readBody(reply.body)
  const named = readErrors(body?.errors, asked)
  if (named === 'unusable' || named.length === 0) {
    return { kind: 'split', words: wordsOf(reply.status, body, asked), applied: false }
  }
  return { kind: 'refused', refusals: named }
}

type Body = Readonly<Record<string, unknown>>

function readBody(text: string): Body | undefined {
  try {
    return asBody(JSON.parse(text))
  } catch {
    return undefined
  }
}

function asBody(value: unknown): Body | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

/** The objects that the reply names, once each; 'unusable' as soon as one error names none of ours. */
function readErrors(errors: unknown, asked: Asked): readonly NamedRefusal[] | 'unusable' {
  if (errors === undefined || errors === null) return []
  if (!Array.isArray(errors)) return 'unusable'
  const words = new Map<number, string[]>()
  for (const entry of errors.map(asBody)) {
    const index = entry?.index
    if (typeof index !== 'number' || !Number.isInteger(index)) return 'unusable'
    if (index < 0 || index >= asked.count || entry?.input_array !== 'attributes') return 'unusable'
    const said = entryWords(entry) ?? 'Braze refused this object without saying why'
    words.set(index, [...(words.get(index) ?? []), cleanWords(said, asked.secret)])
  }
  return [...words]
    .map(([position, said]) => ({ position, words: [...new Set(said)].join('; ') }))
    .sort((one, other) => one.position - other.position)
}

function entryWords(entry: Body | undefined): string | undefined {
  return [entry?.type, entry?.message].find((words): words is string => typeof words === 'string')
}

/** The reason of a request whose reply names no object. A body that is not Braze's JSON is never quoted. */
function wordsOf(status: number, body: Body | undefined, asked: Asked): string {
  const errors: unknown[] = Array.isArray(body?.errors) ? body.errors : [body?.errors]
  const said = errors.map((error) => (typeof error === 'string' ? error : entryWords(asBody(error))))
  const message = typeof body?.message === 'string' && body.message !== 'success' ? body.message : undefined
  const words = said.find((text) => text !== undefined) ?? message
  if (words !== undefined) return cleanWords(words, asked.secret)
  return status === 413 ? 'Braze says the object is too large (HTTP 413)' : `HTTP ${status} without a reason`
}
