// Decides which question is which request: one function for each route that the pages use.

/** @import { Accepted, Person, Plan, Rejections, Reply, Run, Status, Sync, SyncList } from './shapes.d.ts' */

import { get, post, query } from './request.js'

const part = encodeURIComponent

/** @type {(signal?: AbortSignal) => Promise<Status>} */
export const readStatus = (signal) => get('/status', signal)
/** @type {(signal?: AbortSignal) => Promise<SyncList>} */
export const listSyncs = (signal) => get('/syncs', signal)
/** @type {(name: string, signal?: AbortSignal) => Promise<Sync>} */
export const readSync = (name, signal) => get(`/syncs/${part(name)}`, signal)
/** @type {(asked: {sync?: string, before?: string, limit?: number}, signal?: AbortSignal) => Promise<Reply<'listRuns'>>} */
export const listRuns = (asked, signal) => get(`/runs${query(asked)}`, signal)
/** @type {(run: string, signal?: AbortSignal) => Promise<Run>} */
export const readRun = (run, signal) => get(`/runs/${part(run)}`, signal)
/** @type {(asked: {status?: string, before?: string, limit?: number}, signal?: AbortSignal) => Promise<Reply<'listPlans'>>} */
export const listPlans = (asked, signal) => get(`/plans${query(asked)}`, signal)
/** @type {(plan: string, signal?: AbortSignal) => Promise<Plan>} */
export const readPlan = (plan, signal) => get(`/plans/${part(plan)}`, signal)
/** @type {(sync: string, signal?: AbortSignal) => Promise<Rejections>} */
export const listRejections = (sync, signal) => get(`/rejections${query({ sync, limit: 20 })}`, signal)
/** @type {(id: string, signal?: AbortSignal) => Promise<Person>} */
export const readPerson = (id, signal) => get(`/people/${part(id)}`, signal)

/** Also where the page came over plain HTTP, in which browsers have no randomUUID. */
const newKey = () =>
  [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-')

/** The key lets a click that is sent twice start one run. @type {(select: readonly string[]) => Promise<Accepted>} */
export const askForPlan = (select) =>
  post('/runs', { select, dry_run: true }, { 'idempotency-key': newKey() })
/** @type {(plan: string) => Promise<Accepted>} */
export const approvePlan = (plan) => post(`/plans/${part(plan)}/approve`)
/** @type {(plan: string) => Promise<Reply<'rejectPlan'>>} */
export const rejectPlan = (plan) => post(`/plans/${part(plan)}/reject`)
/** Null for everything. @type {(sync: string | null, reason: string) => Promise<Reply<'pause'>>} */
export const pause = (sync, reason) =>
  post(sync === null ? '/pause' : `/syncs/${part(sync)}/pause`, reason === '' ? {} : { reason })
/** @type {(sync: string | null) => Promise<Reply<'resume'>>} */
export const resume = (sync) => post(sync === null ? '/resume' : `/syncs/${part(sync)}/resume`)
