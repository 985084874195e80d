// Decides the answer to GET /custom_attributes: every attribute ever seen, by name, 50 to a page.

import type { Workbench } from './apply-attributes.ts'
import type { AttributeType } from './forced-type.ts'
import { jsonReply, type Reply } from './transport.ts'

/** Attributes on one page (Braze docs, "Export custom attributes"). */
const PAGE = 50

const TYPE_NAMES: Readonly<Record<AttributeType, string>> = {
  boolean: 'Boolean',
  integer: 'Number',
  float: 'Number',
  string: 'String',
  time: 'Time',
  array: 'Array',
  object: 'Object',
  object_array: 'Object Array',
}
const FORCED_NAMES = {
  boolean: 'Boolean',
  number: 'Number',
  string: 'String',
  time: 'Time',
  array: 'Array',
  object: 'Object',
}

/** `origin` is the address of the sandbox, for the link to the next page. */
export function customAttributes(query: URLSearchParams, bench: Workbench, origin: string): Reply {
  const names = [
    ...new Set([...bench.known.keys(), ...bench.forced.keys(), ...bench.blockedAttributes]),
  ].sort()
  const cursor = query.get('cursor')
  const start = cursor === null ? 0 : Number(cursor)
  if (!Number.isSafeInteger(start) || start < 0)
    return jsonReply(400, { message: 'Bad Request: invalid cursor' })
  const attributes = names.slice(start, start + PAGE).map((name) => describe(name, bench))
  const next = start + PAGE
  const links: Record<string, string> =
    next < names.length ? { link: `<${origin}/custom_attributes?cursor=${next}>; rel="next"` } : {}
  return jsonReply(200, { message: 'success', attributes }, links)
}

function describe(name: string, bench: Workbench) {
  const forced = bench.forced.get(name)
  const known = bench.known.get(name)
  const type = forced === undefined ? TYPE_NAMES[known ?? 'string'] : FORCED_NAMES[forced]
  return {
    name,
    data_type: type,
    description: null,
    array_length: type === 'Array' ? bench.arrayMax : null,
    status: bench.blockedAttributes.has(name) ? 'Blocklisted' : 'Active',
    tag_names: [],
  }
}
