// Decides whether a request gets as far as its endpoint: address, key, permission, media type, size. Pure.

import type { IncomingHttpHeaders } from 'node:http'
import { JsonSyntaxError, type ParsedJson, parseJson } from './json-parse.ts'
import { type Renderable, renderJson } from './json-value.ts'

export interface Incoming {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Bytes that arrived; `body` holds no more than the limit. */
  readonly bytes: number
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const PERMISSIONS = ['users.track', 'users.export.ids', 'custom_attributes.get'] as const
export type Permission = (typeof PERMISSIONS)[number]

export interface Route {
  readonly method: string
  readonly path: string
  readonly permission: Permission
}

const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/users/track', permission: 'users.track' },
  { method: 'POST', path: '/users/export/ids', permission: 'users.export.ids' },
  { method: 'GET', path: '/custom_attributes', permission: 'custom_attributes.get' },
]

export interface Gate {
  readonly keys: ReadonlyMap<string, readonly Permission[]>
  readonly maxBytes: number
}

/** The endpoint, or the answer that keeps the request away from it. */
export function admit(request: Incoming, gate: Gate): Route | Reply {
  // A slash at the end is another address: Braze is known to answer it oddly.
  const route = ROUTES.find(({ method, path }) => method === request.method && path === request.path)
  if (route === undefined) return jsonReply(404, { message: 'Not Found' })
  const permissions = gate.keys.get(bearer(request.headers.authorization) ?? '')
  if (permissions === undefined) return jsonReply(401, { message: 'Invalid API Key' })
  if (!permissions.includes(route.permission)) return jsonReply(403, { message: 'Access Denied' })
  if (route.method === 'POST' && !isPlainJson(request.headers)) {
    return jsonReply(415, { message: 'Unsupported Media Type' })
  }
  return request.bytes > gate.maxBytes ? jsonReply(413, { message: 'Request Entity Too Large' }) : route
}

/** The key of an Authorization header; quotes around it are part of it, so it will not be found. */
export function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
}

export function isReply(value: object): value is Reply {
  return 'status' in value
}

/** The body as JSON, or the 400 that says why it is none. */
export function decodeBody(request: Incoming): (ParsedJson & { readonly text: string }) | Reply {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(request.body)
    return { ...parseJson(text), text }
  } catch (error) {
    const why = error instanceof JsonSyntaxError ? error.message : 'it is not UTF-8'
    return jsonReply(400, { message: `Bad Request: the body is not valid JSON: ${why}` })
  }
}

export function jsonReply(status: number, body: Renderable, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: renderJson(body) }
}

function isPlainJson(headers: IncomingHttpHeaders): boolean {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='))
  const encoding = headers['content-encoding'] ?? 'identity'
  return (
    type.trim() === 'application/json' &&
    /^(charset="?utf-8"?)?$/.test(charset ?? '') &&
    encoding === 'identity'
  )
}
