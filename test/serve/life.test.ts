// Decides what must hold of the service over time, on a ledger that others may write as well: nothing that was asked for is
// lost or done twice, and nobody waits for a run who only wants to look.

import { beforeEach, describe, expect, it } from 'vitest'
import { lastSlot } from '../../src/project/schedule.ts'
import { readDue } from '../../src/run/read-due.ts'
import { readLedger } from '../../src/run/read-ledger.ts'
import { makeWorld, type World } from '../support/world.ts'
import { serve } from './served.ts'

const PEOPLE = 100

let world: World

beforeEach(async () => {
  world = await makeWorld({
    on: 'postgres',
    syncs: {
      'sql/audiences/vip.sql': 'select id as external_id from people',
      'sql/properties/value.sql': 'select id as external_id, spent from people',
    },
    data: [
      `create table people as select 'c-' || i as id, i as spent from generate_series(1, ${PEOPLE}) as t(i)`,
    ],
    config: { braze: { objects_per_request: 10, max_connections: 2 }, defaults: { schedule: 'hourly' } },
  })
})

/** Times at which the hour has just come. */
const HOUR = Date.parse('2026-11-22T10:00:30Z')
const at = (hours: number) => () => new Date(HOUR + hours * 3_600_000)

const count = async (sql: string) => Number((await world.ledger(sql))[0]?.n)

describe('a trigger', () => {
  it('joins the run that waits: a hundred at once are one run, and twenty more meanwhile one more', async () => {
    const served = await serve(world, { now: at(0) })
    await served.service.tick()
    const held = world.sandbox.faults.inject({ kind: 'hold', times: 'always' })
    await world.sql('update people set spent = spent + 1')
    const many = (times: number) =>
      Promise.all(
        Array.from({ length: times }, (_, i) =>
          served.post('runs', { select: [i % 2 === 0 ? 'vip' : 'value'] }),
        ),
      )
    const first = await many(100)
    expect(first.map(({ status }) => status)).toEqual(first.map(() => 202))
    const [run] = new Set(first.map(({ body }) => body.run))
    expect(new Set(first.map(({ body }) => body.run)).size).toBe(1)
    await held.whenHit(1)
    const looking = performance.now()
    expect((await served.get(`runs/${run}`)).body.status).toBe('running')
    expect((await served.get('syncs')).body.syncs).toHaveLength(2)
    expect(performance.now() - looking).toBeLessThan(1000)
    const second = await many(20)
    const waiting = new Set(second.map(({ body }) => body.run))
    expect(waiting.size).toBe(1)
    const [next = ''] = waiting
    expect((await served.get(`runs/${next}`)).body).toMatchObject({
      status: 'queued',
      select: expect.arrayContaining(['value', 'vip']),
    })
    expect((await served.get('status')).body).toMatchObject({ queued: [next], running: run })
    held.remove()
    held.release()
    expect((await served.end(next)).status).toBe('succeeded')
    const ids = new Set([...first, ...second].map(({ body }) => body.run))
    expect(
      await count(`select count(*) as n from runs where command = 'sync' and status = 'succeeded'`),
    ).toBe(
      // The scheduled one came before them.
      1 + ids.size,
    )
  })

  it('that waits outlives the process: the next one does it, under the id that was promised', async () => {
    const first = await serve(world, { now: at(0) })
    await first.service.tick()
    await world.sql('update people set spent = spent + 1')
    const held = world.sandbox.faults.inject({ kind: 'hold', times: 'always' })
    const { run: cut } = (await first.post('runs', { select: ['value'] })).body
    await held.whenHit(1)
    const { run: queued } = (await first.post('runs', { select: ['value'] })).body
    expect(queued).not.toBe(cut)
    const stopping = first.stop()
    held.remove()
    held.release()
    await stopping
    expect(await world.ledger(`select status from triggers where run = '${queued}'`)).toEqual([
      { status: 'queued' },
    ])
    const second = await serve(world, { now: at(0.2) })
    await second.service.tick()
    expect(await second.end(queued)).toMatchObject({ status: 'succeeded', asked_by: 'anybody' })
    expect((await second.get(`runs/${cut}`)).body.status).toBe('partial')
    expect(world.profiles()['c-100']?.spent).toBe('101')
    expect(await count('select count(*) as n from doubt')).toBe(0)
  })
})

describe('the schedules', () => {
  it('two replicas run what is due once, each hour, and one run for all of it', async () => {
    let hours = 0
    const now = () => at(hours)()
    const both = [await serve(world, { now }), await serve(world, { now })]
    for (hours = 0; hours < 3; hours += 1) {
      await world.sql('update people set spent = spent + 1')
      await Promise.all(both.map(({ service }) => service.tick()))
      // Whoever came second finds nothing left to do.
      await Promise.all(both.map(({ service }) => service.tick()))
    }
    const slots = await world.ledger(
      `select slot, sync, count(*) as n from run_syncs where status = 'succeeded' and added + changed > 0 group by slot, sync order by slot, sync`,
    )
    expect(slots.map(({ sync, n }) => [sync, n])).toEqual([
      ['value', 1],
      ['vip', 1],
      ['value', 1],
      ['value', 1],
    ])
    expect(await count('select count(distinct slot) as n from run_syncs')).toBe(3)
    expect(world.profiles()['c-1']?.spent).toBe('4')
  })

  it('try what failed again after a while, and leave the others alone', async () => {
    let minutes = 0
    const served = await serve(world, { now: () => at(minutes / 60)() })
    await served.service.tick()
    await world.write('sql/audiences/broken.sql', 'select id as external_id from nowhere')
    const tried: number[] = []
    for (minutes = 1; minutes <= 9; minutes += 1) {
      const before = served.ended.length
      await served.service.tick()
      if (served.ended.length > before) tried.push(minutes)
    }
    expect(tried).toEqual([1, 2, 4, 8])
    expect(served.ended.at(-1)?.report?.syncs.map(({ name, status }) => [name, status])).toEqual([
      ['broken', 'failed'],
    ])
  })
})

describe('the kill switch', () => {
  it('cuts the run under way, which settles; nothing runs until it is lifted', async () => {
    const served = await serve(world, { now: at(0) })
    const held = world.sandbox.faults.inject({ kind: 'hold', after: 3, times: 'always' })
    const ticking = served.service.tick()
    await held.whenHit(2)
    await served.post('pause', { reason: 'stop!' })
    held.remove()
    held.release()
    await ticking
    expect(served.ended.at(-1)?.report).toMatchObject({ status: 'partial', requests: 5, objects: 50 })
    expect(await count('select count(*) as n from doubt')).toBe(0)
    await served.service.tick()
    expect(served.ended).toHaveLength(1)
    // Nor does `sync --due` beside it find anything to do.
    const now = at(0)()
    const due = () =>
      world.run((deps) =>
        readLedger(deps, (ledger) =>
          readDue(ledger, deps.project.syncs, { now, lastSlot: (schedule) => lastSlot(schedule, now) }),
        ),
      )
    expect(await due()).toEqual([])
    await served.post('resume')
    expect((await due())?.map(({ sync }) => sync.name)).toEqual(['value', 'vip'])
    await served.service.tick()
    expect(served.ended.at(-1)?.report).toMatchObject({ status: 'succeeded', objects: PEOPLE - 50 })
  })
})
