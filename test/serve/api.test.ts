// Decides what must hold of the API on a real project: everything it answers has the shape that its document says, and what
// is asked for is done.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { ROUTES, type RouteName } from '../../src/serve/api/routes.ts'
import { makeWorld, type World } from '../support/world.ts'
import { type Reply, type Served, serve } from './served.ts'

const PEOPLE = 200
/** Nothing is due, so that the schedules stay out of the way. */
const CONFIG = { defaults: { schedule: '0 0 1 1 *' } }
const SYNCS = {
  'sql/audiences/vip.sql': `/* ---
description: Those who spend most
schedule: daily at 06:00
tags: [winback]
--- */
select id as external_id from people where spent > 100`,
  'sql/properties/value.sql': 'select id as external_id, spent, city from people',
}

let world: World
let served: Served

beforeAll(async () => {
  world = await makeWorld({
    on: 'duckdb',
    syncs: SYNCS,
    data: [
      `create table people as select 'c-' || i as id, i as spent, 'Oslo' as city from range(${PEOPLE}) as t(i)`,
    ],
    config: CONFIG,
  })
  await world.sync()
  served = await serve(world)
})

afterAll(() => served.stop())

/** Asks, and holds the answer against the shape of its route. */
async function ask<N extends RouteName>(
  name: N,
  path: string,
  body?: unknown,
): Promise<z.output<(typeof ROUTES)[N]['reply']['shape']>> {
  const { method, reply } = ROUTES[name]
  const answer: Reply = method === 'GET' ? await served.get(path) : await served.post(path, body)
  expect([answer.status, answer.body.detail]).toEqual([reply.status, undefined])
  return reply.shape.parse(answer.body) as z.output<(typeof ROUTES)[N]['reply']['shape']>
}

async function problem(path: string, body?: unknown, headers?: Record<string, string>): Promise<unknown[]> {
  const answer = body === undefined ? await served.get(path, headers) : await served.post(path, body, headers)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(answer.body.type).toBe(`urn:brazier:problem:${answer.body.code}`)
  return [answer.status, answer.body.code]
}

describe('what can be read', () => {
  it('the service', async () => {
    expect(await ask('status', 'status')).toMatchObject({
      project: 'shop',
      store: 'state/brazier.duckdb',
      you: { name: 'anybody', role: 'admin' },
      open: true,
      paused: null,
      problems: [],
      syncs: 2,
    })
  })

  it('all syncs, and one with its file, its guards and how it went', async () => {
    const { syncs } = await ask('listSyncs', 'syncs')
    expect(syncs.map(({ name, size, health }) => [name, size, health])).toEqual([
      ['value', PEOPLE, 'healthy'],
      ['vip', 99, 'healthy'],
    ])
    expect(syncs[1]).toMatchObject({ trend: [99], tags: ['winback'], due: false, status: 'succeeded' })
    const vip = await ask('readSync', 'syncs/vip')
    expect(vip.definition?.text).toBe(SYNCS['sql/audiences/vip.sql'])
    expect(vip.definition?.settled_hash).toBe(vip.definition?.hash)
    expect(vip.writes).toEqual([{ attribute: 'vip', element: null, on_leave: 'false' }])
    expect(vip.history).toMatchObject([{ status: 'succeeded', size: 99, added: 99, removed: 0 }])
    expect(vip.guards).toEqual([
      // Of fewer than 100 people a share says nothing.
      { guard: 'max_removes', limit: '20%', allowed: null, used: 0, of: expect.any(Number) },
      { guard: 'min_rows', limit: '1', allowed: 1, used: 99, of: null },
    ])
    expect(await problem('syncs/nobody')).toEqual([404, 'not_found'])
  })

  it('one run from a shell, with its stages', async () => {
    const { runs } = await ask('listRuns', 'runs')
    const [first] = runs
    expect(first).toMatchObject({ status: 'succeeded', trigger: 'shell', command: 'sync', objects: PEOPLE })
    const run = await ask('readRun', `runs/${first?.run}`)
    expect(run.syncs.map(({ name, added }) => [name, added])).toEqual([
      ['value', PEOPLE],
      ['vip', 99],
    ])
    expect(run.stages.map(({ stage, sync }) => [stage, sync])).toEqual([
      ['lease', null],
      ['candidates', 'value'],
      ['candidates', 'vip'],
      ['outbox', null],
      ['send', null],
      ['settle', null],
    ])
    expect(run.statuses).toEqual({ 201: 3 })
  })

  it('one person: what Braze holds, since when, through which run and which SQL', async () => {
    const person = await ask('readPerson', 'people/c-150')
    expect(person.memberships.map(({ sync, members }) => [sync, members])).toEqual([
      ['value', '"spent":150,"city":"Oslo"'],
      ['vip', '"vip":true'],
    ])
    expect(person.memberships[1]).toMatchObject({
      run: expect.stringMatching(/^r-/),
      sql: expect.stringContaining('spent > 100'),
      in_doubt: false,
    })
    expect(await problem('people/nobody')).toEqual([404, 'not_found'])
    expect(await problem(`people/${encodeURIComponent("c-1' or 1=1 --")}`)).toEqual([404, 'not_found'])
  })

  it('its document, in which every reference leads somewhere', async () => {
    const document = await ask('openapi', 'openapi.json')
    const text = JSON.stringify(document)
    const schemas = Object.keys((document.components as { schemas: object }).schemas)
    const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect(references.filter((name) => !schemas.includes(name ?? ''))).toEqual([])
    expect(Object.keys(document.paths as object)).toContain('/api/v1/plans/{id}/approve')
  })
})

describe('what can be asked for', () => {
  it('a run of some, followed to its end', async () => {
    await world.sql(`update people set city = 'Bergen' where id = 'c-5'`)
    const { run } = await ask('startRun', 'runs', { select: ['value'] })
    const stream = await (await fetch(`${served.url}/api/v1/runs/${run}/events`)).text()
    const events = [...stream.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name, data]) => ({
      name,
      data: JSON.parse(data ?? ''),
    }))
    expect(events.at(-1)).toMatchObject({ name: 'run', data: { run, status: 'succeeded', objects: 1 } })
    for (const { name, data } of events) if (name === 'run') ROUTES.readRun.reply.shape.parse(data)
    const ended = await ask('readRun', `runs/${run}`)
    expect(ended).toMatchObject({ trigger: 'request', asked_by: 'anybody', select: ['value'] })
    expect(ended.syncs.map(({ name, changed }) => [name, changed])).toEqual([['value', 1]])
    expect((await ask('readPerson', 'people/c-5')).history).toMatchObject([
      { sync: 'value', op: 'change', members: '"city":"Bergen"', run },
    ])
  })

  it('a plan first, with a sample, and then exactly that', async () => {
    await world.sql(`update people set spent = 99 where id = 'c-120'`)
    const { run } = await ask('startRun', 'runs', { select: ['tag:winback'], dry_run: true })
    const dry = await served.end(run)
    expect(dry).toMatchObject({ status: 'succeeded', dry_run: true, command: 'plan', objects: 0 })
    const plan = await ask('readPlan', `plans/${dry.plan}`)
    expect(plan).toMatchObject({ status: 'open', stale: null, held: false, objects: 1, requests: 1 })
    expect(plan.samples).toEqual({ vip: [{ op: 'remove', person: 'c-120', members: '"vip":false' }] })
    expect((await ask('listPlans', 'plans?status=open')).plans.map((one) => one.plan)).toContain(dry.plan)
    const { run: applied } = await ask('approvePlan', `plans/${dry.plan}/approve`, {})
    expect(await served.end(applied)).toMatchObject({ status: 'succeeded', command: 'apply', objects: 1 })
    expect(world.profiles()['c-120']?.vip).toBe('false')
    expect(await problem(`plans/${dry.plan}/approve`, {})).toEqual([409, 'plan_stale'])
    expect(await problem(`plans/${dry.plan}/reject`, {})).toEqual([409, 'plan_stale'])
  })

  it('what a guard holds waits for somebody: rejected, it is gone', async () => {
    await world.sql(`update people set spent = 0 where spent > 130`, `update people set city = null`)
    const { run } = await ask('startRun', 'runs', {})
    const held = await served.end(run)
    expect(held.status).toBe('held')
    const value = await ask('readSync', 'syncs/value')
    expect(value).toMatchObject({ health: 'held', plan: expect.stringMatching(/^p-/) })
    const plan = await ask('readPlan', `plans/${value.plan}`)
    expect(plan.held).toBe(true)
    expect(await ask('rejectPlan', `plans/${value.plan}/reject`, {})).toEqual({
      plan: value.plan,
      status: 'rejected',
    })
    expect(await problem(`plans/${value.plan}/approve`, {})).toEqual([409, 'plan_stale'])
    expect(await problem('plans/p-none')).toEqual([404, 'not_found'])
  })

  it('the same thing once: an Idempotency-Key is answered again, and means one thing', async () => {
    const key = { 'idempotency-key': 'once' }
    const answers = await Promise.all([1, 2, 3].map(() => served.post('runs', { select: ['vip'] }, key)))
    const again = await served.post('runs', { select: ['vip'] }, key)
    expect(new Set([...answers, again].map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(await problem('runs', { select: [] }, key)).toEqual([409, 'key_reused'])
    await served.end(again.body.run)
  })

  it('a pause: neither it nor everything runs meanwhile', async () => {
    await ask('pauseSync', 'syncs/vip/pause', { reason: 'a campaign' })
    expect((await ask('readSync', 'syncs/vip')).paused).toMatchObject({ by: 'anybody', reason: 'a campaign' })
    expect(await problem('runs', { select: ['vip'] })).toEqual([409, 'paused'])
    const { run, left_out } = await ask('startRun', 'runs', {})
    expect(left_out).toEqual(['vip'])
    expect((await served.end(run)).syncs.map(({ name }: { name: string }) => name)).toEqual(['value'])
    expect(await ask('resumeSync', 'syncs/vip/resume', {})).toEqual({ sync: 'vip', paused: null })
    expect((await ask('pause', 'pause', {})).paused).toMatchObject({ by: 'anybody', reason: null })
    expect(await problem('runs', {})).toEqual([409, 'paused'])
    const dry = await ask('startRun', 'runs', { dry_run: true })
    expect((await served.end(dry.run)).status).toBe('succeeded')
    expect((await ask('listSyncs', 'syncs')).syncs.map(({ health }) => health)).toEqual(['paused', 'paused'])
    expect(await ask('resume', 'resume')).toEqual({ sync: null, paused: null })
    expect(await problem('syncs/nobody/pause', {})).toEqual([404, 'not_found'])
  })

  it('a project that breaks meanwhile goes on as it was, and says what is wrong', async () => {
    await world.write(
      'sql/audiences/broken.sql',
      '/* ---\nschedule: sometimes\n--- */\nselect 1 as external_id',
    )
    const { run } = await ask('startRun', 'runs', { select: ['vip'] })
    await served.end(run)
    const { problems, syncs } = await ask('status', 'status')
    expect([syncs, problems.map(({ file, line }) => [file, line])]).toEqual([
      2,
      [['sql/audiences/broken.sql', 2]],
    ])
    await world.remove('sql/audiences/broken.sql')
    await world.configure({ name: 'other' })
    await served.end((await ask('startRun', 'runs', { select: ['vip'] })).run)
    const moved = await ask('status', 'status')
    expect([moved.project, moved.problems.map(({ message }) => message)]).toEqual([
      'shop',
      ['name has changed'],
    ])
    await world.configure(CONFIG)
  })

  it.each<[string, unknown, unknown[]]>([
    ['runs?limit=0', undefined, [400, 'invalid_request']],
    ['runs?limt=5', undefined, [400, 'invalid_request']],
    ['runs/none', undefined, [400, 'invalid_request']],
    ['runs/r-none', undefined, [404, 'not_found']],
    ['runs/r-none/events', undefined, [404, 'not_found']],
    ['runs', { select: ['nobody'] }, [404, 'unknown_selection']],
    ['runs', { select: 'vip' }, [400, 'invalid_request']],
    ['runs', { selct: [] }, [400, 'invalid_request']],
    ['nothing', undefined, [404, 'not_found']],
    ['pause', { reason: 'a\u0000b' }, [400, 'invalid_request']],
    ['people/a%00b', undefined, [400, 'invalid_request']],
    ['status', {}, [405, 'method_not_allowed']],
    ['pause', { reason: 'x'.repeat(70_000) }, [413, 'body_too_large']],
  ])('%s %j is refused', async (path, body, expected) => {
    expect(await problem(path, body)).toEqual(expected)
  })

  it('numbers for Prometheus', async () => {
    const { body } = await served.get('/metrics')
    expect(body).toMatch(/^brazier_runs_total\{command="sync",origin="request",status="succeeded"\} [1-9]/m)
    expect(body).toMatch(/^brazier_snapshot_people\{sync="value"\} 200$/m)
    expect(body).toMatch(/^brazier_braze_requests_total\{status="201"\} [1-9]/m)
    expect(body).toMatch(/^brazier_queued_runs 0$/m)
    expect(body).not.toContain('c-1')
  })

  it('whether it can work', async () => {
    expect((await served.get('/livez')).body).toEqual({ status: 'ok' })
    expect((await served.get('/readyz')).body.checks).toEqual({
      ledger: true,
      scheduler: true,
      running: true,
    })
  })
})
