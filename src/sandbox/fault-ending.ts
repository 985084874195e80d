// Decides how a request ends that met a fault: with an answer, or with a broken connection. Pure.

import type { FaultOf } from './fault.ts'
import type { EndingFault } from './fault-book.ts'
import { bearer, type Incoming, jsonReply, type Reply } from './transport.ts'

export type Ending =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'drop' }
  /** Half of the answer is sent, then the connection breaks. */
  | { readonly kind: 'midway'; readonly reply: Reply }

/** The end of a request of which nothing is applied; undefined if it goes on. */
export function earlyEnding(
  fault: EndingFault | undefined,
  request: Incoming,
  now: number,
): Ending | undefined {
  if (fault === undefined || isApplied(fault)) return undefined
  if (fault.kind === 'drop') return { kind: 'drop' }
  return { kind: 'reply', reply: faultReply(fault, request, now) }
}

/** The end of a request that was applied. A refusal of its own (a 400, a 429) is never painted over. */
export function dress(fault: EndingFault | undefined, reply: Reply | undefined): Ending {
  if (reply === undefined) return { kind: 'drop' }
  if (fault === undefined) return { kind: 'reply', reply }
  if (fault.kind === 'drop') return fault.when === 'midway' ? { kind: 'midway', reply } : { kind: 'drop' }
  if (reply.status >= 300) return { kind: 'reply', reply }
  const { headers } = reply
  if (fault.kind === 'garbage') {
    const body = fault.body ?? '<html>It works!</html>'
    return { kind: 'reply', reply: { status: fault.status ?? 201, headers, body } }
  }
  const changed = fault.kind === 'queued' ? jsonReply(202, { message: 'queued' }) : shownReply(fault)
  return { kind: 'reply', reply: { ...changed, headers: { ...headers, ...changed.headers } } }
}

function isApplied(fault: EndingFault): boolean {
  if (fault.kind === 'drop') return fault.when !== undefined && fault.when !== 'before'
  if (fault.kind === 'status' || fault.kind === 'unindexed_error') return fault.applied === true
  return fault.kind === 'garbage' || fault.kind === 'queued'
}

function faultReply(fault: EndingFault, request: Incoming, now: number): Reply {
  if (fault.kind === 'rate_limited') return limitedReply(fault, now)
  if (fault.kind === 'forbidden') return jsonReply(403, { message: 'Access Denied' })
  if (fault.kind === 'unauthorized') {
    return jsonReply(401, { message: `Invalid API key: ${bearer(request.headers.authorization) ?? ''}` })
  }
  return shownReply(fault)
}

/** What the fault itself spells out; the kinds that end otherwise never come here. */
function shownReply(fault: EndingFault): Reply {
  if (fault.kind === 'status') return statusReply(fault)
  const type = fault.kind === 'unindexed_error' ? fault.type : undefined
  return jsonReply(201, { message: 'success', errors: [{ type: type ?? 'Something went wrong' }] })
}

function statusReply({ status, body, headers }: FaultOf<'status'>): Reply {
  if (typeof body === 'string') return { status, headers: { ...headers }, body }
  const reply = jsonReply(status, { message: `Fault of the sandbox: ${status}` }, headers)
  return body === undefined ? reply : { ...reply, body: JSON.stringify(body) }
}

function limitedReply({ form, seconds = 1 }: FaultOf<'rate_limited'>, now: number): Reply {
  const body = { message: 'Too Many Requests' }
  if (form === 'hourly') return jsonReply(429, body, { 'x-ratelimit-retry-after': String(seconds) })
  return jsonReply(429, body, {
    'x-ratelimit-limit': '3000',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(now / 1000) + seconds),
  })
}
