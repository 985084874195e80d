// Decides what the API says of people: what was refused, and why one of them is in or out.

import { z } from 'zod'
import { count, limit, line, maybe, moment, named, syncName } from './named.ts'

const rejectionGroup = named(
  'RejectionGroup',
  z.strictObject({
    sync: z.string(),
    attribute: maybe(z.string()).describe('Null: the person as a whole'),
    source: z.enum(['braze', 'brazier']).describe('Who refused: Braze, or Brazier before sending'),
    reason: z.string(),
    people: count(),
    parked: count(),
    first_at: moment(),
    last_at: moment(),
  }),
)

const rejection = named(
  'Rejection',
  z.strictObject({
    sync: z.string(),
    person: maybe(z.string()).describe('Null for rows without a key'),
    attribute: maybe(z.string()),
    source: z.enum(['braze', 'brazier']),
    reason: z.string(),
    attempts: count(),
    parked: z.boolean(),
    run: z.string(),
    first_at: moment(),
    last_at: moment(),
  }),
)

export const rejectionList = named(
  'Rejections',
  z.strictObject({
    groups: z.array(rejectionGroup).describe('Most people first'),
    people: maybe(z.array(rejection)).describe('Newest first; null for the role viewer'),
  }),
)
export type RejectionList = z.output<typeof rejectionList>

export const rejectionsQuery = z.strictObject({
  sync: syncName().optional(),
  limit: limit(50, 500).describe('Groups, and people, at most'),
})

const membership = named(
  'Membership',
  z.strictObject({
    sync: z.string(),
    kind: z.string(),
    since: maybe(moment()).describe('When the person entered'),
    run: maybe(z.string()).describe('The run that brought the person in'),
    hash: maybe(z.string()).describe('The SQL version that it ran'),
    sql: maybe(z.string()).describe('Its text'),
    members: z.string().describe('What Braze holds because of it, as the members of a JSON object'),
    in_doubt: z.boolean(),
  }),
)

const change = named(
  'PersonChange',
  z.strictObject({
    sync: z.string(),
    op: z.enum(['add', 'change', 'remove']),
    members: maybe(z.string()).describe('What was sent, as the members of a JSON object'),
    run: z.string(),
    at: moment(),
  }),
)

export const personDetail = named(
  'Person',
  z.strictObject({
    id: z.string(),
    memberships: z.array(membership),
    history: z.array(change).describe('Newest first; first loads are not in it'),
    rejections: z.array(rejection),
  }),
)
export type PersonDetail = z.output<typeof personDetail>

export const personParams = z.strictObject({ id: line(1, 1000) })
export const personQuery = z.strictObject({ limit: limit(100, 500).describe('Rows of history at most') })
