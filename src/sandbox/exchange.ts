// Decides the course of one request to an endpoint of Braze: admitted, read, met by faults, limited, answered.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { applyTrack } from './apply-track.ts'
import { type Content, readContent } from './content.ts'
import { customAttributes } from './custom-attributes.ts'
import { exportIds } from './export-ids.ts'
import type { FaultPlan } from './fault-book.ts'
import { dress, type Ending, earlyEnding } from './fault-ending.ts'
import type { Flight } from './in-flight.ts'
import { plainObject } from './json-value.ts'
import { FRESH_RATE, takeRequest } from './rate-limit.ts'
import { judgeTrack } from './track.ts'
import { admit, type Incoming, isReply, jsonReply, type Permission, type Reply } from './transport.ts'
import type { Workspace } from './workspace.ts'

export interface Exchanged {
  readonly ending: Ending
  readonly objects: number
  readonly content: Content | undefined
}

export async function exchange(workspace: Workspace, request: Incoming, flight: Flight): Promise<Exchanged> {
  const route = admit(request, workspace.settings.gate)
  if (isReply(route)) return { ending: { kind: 'reply', reply: route }, objects: 0, content: undefined }
  const content = readContent(request, workspace.settings.countOnly)
  observe(workspace, content, flight)
  const plan = workspace.faults.plan({ ...request, objects: content.plainObjects })
  const ending = await meet(workspace, plan, { request, content, permission: route.permission })
  return { ending, objects: content.objects, content }
}

interface Call {
  readonly request: Incoming
  readonly content: Content
  readonly permission: Permission
}

async function meet(workspace: Workspace, plan: FaultPlan, call: Call): Promise<Ending> {
  const { settings, closing } = workspace
  try {
    for (const pause of plan.before) await pause(closing)
    const early = earlyEnding(plan.ending, call.request, settings.now())
    const reply = early === undefined ? limited(workspace, plan, call) : undefined
    for (const pause of plan.after) await pause(closing)
    // Without latency, one turn of the loop: whatever is already on the wire is seen as concurrent.
    await (settings.latencyMs > 0 ? sleep(settings.latencyMs, undefined, { signal: closing }) : nextTurn())
    return early ?? dress(plan.ending, reply)
  } catch (error) {
    if (closing.aborted) return { kind: 'drop' }
    throw error
  }
}

/** Counts what the sender does wrong without Braze ever saying so. */
function observe(workspace: Workspace, content: Content, flight: Flight): void {
  const { meter } = workspace.bench
  meter.add('duplicateKeys', content.duplicateKeys)
  meter.add('duplicatesInRequest', content.duplicates)
  meter.add('concurrentSamePerson', workspace.inFlight.carry(flight, content.people))
}

function limited(workspace: Workspace, plan: FaultPlan, call: Call): Reply {
  const now = workspace.settings.now()
  workspace.queue.applyDue(now)
  const limit = workspace.settings.rateLimits[call.permission]
  if (limit === undefined) return answer(workspace, plan, call)
  const rate = takeRequest(limit, workspace.rates.get(call.permission) ?? FRESH_RATE, now)
  workspace.rates.set(call.permission, rate.state)
  if (!rate.allowed) return jsonReply(429, { message: 'Too Many Requests' }, rate.headers)
  const reply = answer(workspace, plan, call)
  return { ...reply, headers: { ...reply.headers, ...rate.headers } }
}

function answer(workspace: Workspace, plan: FaultPlan, { request, content, permission }: Call): Reply {
  const { settings, bench } = workspace
  if (content.problem !== undefined) return content.problem
  if (permission === 'custom_attributes.get') {
    return customAttributes(request.query, bench, `http://${request.headers.host}`)
  }
  if (permission === 'users.track')
    return settings.countOnly ? count(workspace, content) : track(workspace, plan, content)
  const strings = [...settings.forced].filter(([, type]) => type === 'string')
  return exportIds(content.value, bench.store, {
    fieldsRequired: settings.fieldsRequired,
    forcedStrings: new Set(strings.map(([name]) => name)),
    now: settings.now(),
  })
}

function track({ settings, bench, queue }: Workspace, plan: FaultPlan, content: Content): Reply {
  const verdict = judgeTrack(content.value, {
    maxObjects: settings.maxObjects,
    objectLimit: settings.objectLimit,
    style: settings.errorTypes,
    blockedIds: settings.blockedIds,
    refuse: (object) => plan.refuse?.(plainObject(object)),
  })
  bench.meter.add('objectsAccepted', verdict.accepted.length)
  bench.meter.add('objectsRefused', verdict.refused)
  const now = settings.now()
  if (verdict.accepted.length > 0) queue.add(() => applyTrack(bench, verdict.accepted, now), now)
  return jsonReply(verdict.status, verdict.body)
}

function count({ settings, bench }: Workspace, content: Content): Reply {
  if (content.objects > settings.maxObjects) return jsonReply(400, { message: 'Max Input Length Exceeded' })
  bench.meter.add('objectsAccepted', content.objects)
  return jsonReply(201, { attributes_processed: content.objects, message: 'success' })
}
