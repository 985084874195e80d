// Decides the routes of the API: what each takes, answers and demands. The server and the OpenAPI document are both made
// from this list, so that they cannot differ.

import { z } from 'zod'
import type { Role } from '../../model/words.ts'
import { named } from './named.ts'
import { personDetail, personParams, personQuery, rejectionList, rejectionsQuery } from './people-shapes.ts'
import { planDetail, planList, planQuery, planRejected, plansQuery } from './plan-shapes.ts'
import type { ProblemCode } from './problem-shape.ts'
import {
  planParams,
  runAccepted,
  runDetail,
  runEvent,
  runPage,
  runParams,
  runRequest,
  runsQuery,
  syncParams,
} from './run-shapes.ts'
import { statusShape } from './status-shape.ts'
import { pauseRequest, pauseState, syncDetail, syncList, syncQuery } from './sync-shapes.ts'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** Parameters as fastify writes them: `/runs/:run`. */
  readonly path: string
  readonly summary: string
  readonly role: Role
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  readonly body?: z.ZodType
  readonly reply: { readonly status: 200 | 202; readonly shape: z.ZodType; readonly type?: string }
  /** Beside those that any request may meet. */
  readonly problems?: readonly ProblemCode[]
}

/** Keys of a POST that is sent again must not do its work again. */
const idempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('The same key within 24 hours is the same request: it is answered with the same run'),
})

const nothing = named('Nothing', z.strictObject({}))
const openapiDocument = z.record(z.string(), z.unknown())

export const ROUTES = {
  status: {
    method: 'GET',
    path: '/status',
    summary: 'The service as a whole, and who you are',
    role: 'viewer',
    reply: { status: 200, shape: statusShape },
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    role: 'viewer',
    reply: { status: 200, shape: openapiDocument },
  },
  listRuns: {
    method: 'GET',
    path: '/runs',
    summary: 'The runs, newest first',
    role: 'viewer',
    query: runsQuery,
    reply: { status: 200, shape: runPage },
  },
  startRun: {
    method: 'POST',
    path: '/runs',
    summary: 'Ask for a run, or with dry_run for a plan; one that waits already takes this in',
    role: 'operator',
    headers: idempotencyKey,
    body: runRequest,
    reply: { status: 202, shape: runAccepted },
    problems: ['unknown_selection', 'key_reused', 'paused', 'queue_full', 'stopping'],
  },
  readRun: {
    method: 'GET',
    path: '/runs/:run',
    summary: 'One run',
    role: 'viewer',
    params: runParams,
    reply: { status: 200, shape: runDetail },
    problems: ['not_found'],
  },
  followRun: {
    method: 'GET',
    path: '/runs/:run/events',
    summary:
      'The run as it goes on: events `progress` (Progress) and `run` (Run, when its status changes; the last one says how it ended)',
    role: 'viewer',
    params: runParams,
    reply: { status: 200, shape: runEvent, type: 'text/event-stream' },
    problems: ['not_found'],
  },
  listSyncs: {
    method: 'GET',
    path: '/syncs',
    summary: 'All syncs, and how they stand',
    role: 'viewer',
    reply: { status: 200, shape: syncList },
  },
  readSync: {
    method: 'GET',
    path: '/syncs/:name',
    summary: 'One sync: definition, guards, history',
    role: 'viewer',
    params: syncParams,
    query: syncQuery,
    reply: { status: 200, shape: syncDetail },
    problems: ['not_found'],
  },
  pauseSync: {
    method: 'POST',
    path: '/syncs/:name/pause',
    summary: 'Neither schedule nor trigger runs it any more',
    role: 'operator',
    params: syncParams,
    body: pauseRequest,
    reply: { status: 200, shape: pauseState },
    problems: ['not_found'],
  },
  resumeSync: {
    method: 'POST',
    path: '/syncs/:name/resume',
    summary: 'It runs again',
    role: 'operator',
    params: syncParams,
    body: nothing,
    reply: { status: 200, shape: pauseState },
    problems: ['not_found'],
  },
  pause: {
    method: 'POST',
    path: '/pause',
    summary: 'The kill switch: a run under way is cut and settled, and none begins',
    role: 'operator',
    body: pauseRequest,
    reply: { status: 200, shape: pauseState },
  },
  resume: {
    method: 'POST',
    path: '/resume',
    summary: 'Runs begin again',
    role: 'admin',
    body: nothing,
    reply: { status: 200, shape: pauseState },
  },
  listPlans: {
    method: 'GET',
    path: '/plans',
    summary: 'Saved plans, newest first; status=open are those that wait',
    role: 'viewer',
    query: plansQuery,
    reply: { status: 200, shape: planList },
  },
  readPlan: {
    method: 'GET',
    path: '/plans/:id',
    summary: 'One plan, with a sample of its changes',
    role: 'viewer',
    params: planParams,
    query: planQuery,
    reply: { status: 200, shape: planDetail },
    problems: ['not_found'],
  },
  approvePlan: {
    method: 'POST',
    path: '/plans/:id/approve',
    summary: 'Apply exactly this plan; one that a guard holds takes the role admin',
    role: 'operator',
    params: planParams,
    body: nothing,
    reply: { status: 202, shape: runAccepted },
    problems: ['not_found', 'plan_stale', 'paused', 'queue_full', 'stopping'],
  },
  rejectPlan: {
    method: 'POST',
    path: '/plans/:id/reject',
    summary: 'Never apply this plan; its rows are dropped',
    role: 'operator',
    params: planParams,
    body: nothing,
    reply: { status: 200, shape: planRejected },
    problems: ['not_found', 'plan_stale'],
  },
  listRejections: {
    method: 'GET',
    path: '/rejections',
    summary: 'What was refused and still stands, by reason and by person',
    role: 'viewer',
    query: rejectionsQuery,
    reply: { status: 200, shape: rejectionList },
  },
  readPerson: {
    method: 'GET',
    path: '/people/:id',
    summary: 'One person: in which audiences, since when, why, and what was sent',
    role: 'operator',
    params: personParams,
    query: personQuery,
    reply: { status: 200, shape: personDetail },
    problems: ['not_found'],
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES
