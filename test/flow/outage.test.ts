// Braze as a whole refuses us, or is out of reach; runs that are cut. Nothing is lost.

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { makeWorld, type People, type World, type WorldKind } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const crowd = (on: WorldKind, count: number) => [
  'create table crowd (id varchar(20), n integer)',
  `insert into crowd select 'u' || i, i from ${on === 'duckdb' ? `range(${count})` : `generate_series(0, ${count - 1})`} as t(i)`,
]
const SYNCS = {
  'sql/audiences/odd.sql': 'select id as external_id from crowd where n % 2 = 1',
  'sql/properties/facts.sql': 'select id as external_id, n from crowd',
}
const ONE_EACH = { braze: { objects_per_request: 1, max_connections: 4 } }

/** Catches the one timer that is set for about so long; returned, it rings. */
function catchTimer(from: number, to: number): () => void {
  const real = globalThis.setTimeout
  let ring = () => {}
  const spy = vi.spyOn(globalThis, 'setTimeout')
  spy.mockImplementation(((work: () => void, ms = 0) => {
    if (ms < from || ms > to) return real(work, ms)
    ring = work
    return real(() => {}, 0)
  }) as typeof setTimeout)
  onTestFinished(() => spy.mockRestore())
  return () => ring()
}

const expected = (count: number): People =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `u${i}`,
      { n: String(i), ...(i % 2 === 1 ? { odd: 'true' } : {}) },
    ]),
  )

/** The next run brings everything to its place, sending only what is missing. */
async function completes(world: World, count: number): Promise<void> {
  world.sandbox.faults.clear()
  const missing = count - Object.keys(braze(world)).length
  const next = good(await world.sync())
  expect(next.objects).toBeGreaterThanOrEqual(missing)
  expect(next.objects).toBeLessThan(count)
  expect(braze(world)).toEqual(expected(count))
  expect((await world.sync()).requests).toBe(0)
  expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
  expect(await leftTables(world)).toEqual([])
}

describe.each(KINDS)('trouble with Braze on %s', (on) => {
  it.each([
    ['unauthorized', { kind: 'unauthorized', after: 30, times: 'always' } as const],
    ['forbidden', { kind: 'forbidden', after: 30, times: 'always' } as const],
    ['out of reach', { kind: 'drop', after: 30, times: 'always' } as const],
    ['failing', { kind: 'status', status: 503, after: 30, times: 'always' } as const],
  ])('%s in the middle: exit 1, what was accepted is settled, the rest follows', async (_, fault) => {
    const world = await makeWorld({ on, data: crowd(on, 60), syncs: SYNCS, config: ONE_EACH })
    world.sandbox.faults.inject(fault)
    const failed = await world.sync()
    expect([failed.exitCode, failed.status, failed.error?.name]).toEqual([1, 'failed', 'BrazeError'])
    expect(failed.error?.message).not.toContain('sandbox-key')
    expect(of(failed, 'facts')).toMatchObject({ status: 'failed', sent: 30 })
    expect(Object.keys(braze(world))).toHaveLength(30)
    expect(await world.ledger(`select size from syncs where sync = 'facts'`)).toEqual([{ size: 30 }])
    expect(await world.ledger(`select status, objects from runs`)).toEqual([
      { status: 'failed', objects: 30 },
    ])
    await completes(world, 60)
  })

  it('a wrong key from the start: nothing is sent, nothing is settled', async () => {
    const world = await makeWorld({ on, data: crowd(on, 10), syncs: SYNCS })
    const failed = await world.sync([], { env: { BRAZE_API_KEY: 'wrong-key' } })
    expect([failed.exitCode, failed.status, of(failed, 'facts').status]).toEqual([1, 'failed', 'failed'])
    expect(failed.error?.message).not.toContain('wrong-key')
    expect(braze(world)).toEqual({})
    expect(await world.ledger('select size from syncs')).toEqual([{ size: 0 }, { size: 0 }])
    good(await world.sync())
    expect(braze(world)).toEqual(expected(10))
    // Another key than in the last run is worth a word.
    expect(world.log.filter(({ event }) => event === 'braze.new_key')).toHaveLength(1)
  })

  it('another Braze under the same workspace is refused before anything is read; a workspace of its own is not', async () => {
    const world = await makeWorld({ on, data: crowd(on, 10), syncs: SYNCS })
    good(await world.sync())
    const other = await startSandbox({ rateLimit: false })
    try {
      await world.configure({ braze: { endpoint: other.url } })
      await world.sql('alter table crowd rename to gone')
      const error = await world.sync().catch((thrown: unknown) => thrown)
      expect(String(error)).toContain(`project shop, workspace production belongs to ${world.sandbox.url}`)
      expect(String(await world.plan().catch((thrown: unknown) => thrown))).toContain('belongs to')
      await world.sql('alter table gone rename to crowd')
      await world.configure({ braze: { endpoint: other.url, workspace: 'rehearsal' } })
      expect(good(await world.sync()).objects).toBe(10)
      expect(other.profiles()).toHaveLength(10)
      await world.configure({})
      expect((await world.sync()).requests).toBe(0)
    } finally {
      await other.close()
    }
  })

  it('cut by max_duration: partial, exit 0, and the next run completes it', async () => {
    const world = await makeWorld({
      on,
      data: crowd(on, 200),
      syncs: SYNCS,
      config: { ...ONE_EACH, max_duration: '40s' },
    })
    let late = 0
    const cut = await world.sync([], {
      monotonic: () => performance.now() + late,
      progress: ({ stage }) => {
        if (stage === 'send') late = 41_000
      },
    })
    expect([cut.exitCode, cut.status, cut.error]).toEqual([0, 'partial', null])
    expect(cut.syncs.map(({ status }) => status)).toEqual(['partial', 'partial'])
    expect(of(cut, 'facts').sent).toBe(cut.objects)
    expect(cut.objects).toBeGreaterThan(0)
    expect(cut.objects).toBeLessThan(200)
    expect(of(cut, 'facts').unknown).toBe(0)
    // Cut short, it stays due.
    const covered = `select count(*) as n from run_syncs where status = 'succeeded' and slot is not null`
    expect(await world.ledger(covered)).toEqual([{ n: 0 }])
    await completes(world, 200)
  })

  it('a 429 that outlasts max_duration: partial, exit 0, and nobody is in doubt', async () => {
    const world = await makeWorld({
      on,
      data: crowd(on, 60),
      syncs: SYNCS,
      config: { ...ONE_EACH, max_duration: '40s' },
    })
    world.sandbox.faults.inject({ kind: 'rate_limited', seconds: 3600, after: 20, times: 'always' })
    const ring = catchTimer(39_000, 40_000)
    let late = 0
    const cutting = world.sync([], { monotonic: () => performance.now() + late })
    await vi.waitFor(() => expect(world.log.map(({ event }) => event)).toContain('braze.throttled'), 20_000)
    late = 41_000
    ring()
    const cut = await cutting
    expect([cut.exitCode, cut.status, cut.error, cut.objects]).toEqual([0, 'partial', null, 20])
    expect(of(cut, 'facts')).toMatchObject({ status: 'partial', sent: 20, rejected: 0, unknown: 0 })
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
    await completes(world, 60)
  })

  it('told to stop: what is in flight is settled, the rest follows', async () => {
    const world = await makeWorld({ on, data: crowd(on, 200), syncs: SYNCS, config: ONE_EACH })
    const stop = new AbortController()
    const stopped = await world.sync([], {
      stop: stop.signal,
      progress: ({ stage }) => {
        if (stage === 'send') stop.abort(new Error('told to stop'))
      },
    })
    expect(stopped.status).toBe('partial')
    expect(Object.keys(braze(world)).length).toBeLessThan(200)
    expect(of(stopped, 'facts').sent).toBeLessThanOrEqual(Object.keys(braze(world)).length)
    await completes(world, 200)
  })
})

describe.each(KINDS)('a big project on %s', (on) => {
  it('thirty syncs at once: one object a person', async () => {
    const numbers = Array.from({ length: 15 }, (_, i) => i + 1)
    const world = await makeWorld({
      on,
      data: crowd(on, 300),
      syncs: Object.fromEntries([
        ...numbers.map((i) => [
          `sql/audiences/team/a${i}.sql`,
          header(
            i % 3 === 0 ? 'membership: list' : 'description: a flag',
            `select id as external_id from crowd where n % ${i} = 0`,
          ),
        ]),
        ...numbers.map((i) => [
          `sql/properties/p${i}.sql`,
          `select id as external_id, n + ${i} as p${i} from crowd where n < ${i * 20}`,
        ]),
      ]),
    })
    const first = good(await world.sync())
    expect([first.syncs.length, first.objects, first.requests]).toEqual([30, 300, 4])
    const held = braze(world)
    for (const n of [0, 7, 60, 299]) {
      const of = (i: number) => n % i === 0
      const flags = numbers.filter((i) => i % 3 !== 0 && of(i)).map((i) => [`a${i}`, 'true'])
      const values = numbers.filter((i) => n < i * 20).map((i) => [`p${i}`, String(n + i)])
      const { audiences = '[]', ...rest } = held[`u${n}`] ?? {}
      expect(rest).toEqual(Object.fromEntries([...flags, ...values]))
      expect(new Set(JSON.parse(audiences))).toEqual(
        new Set(numbers.filter((i) => i % 3 === 0 && of(i)).map((i) => `a${i}`)),
      )
    }
    expect((await world.sync()).requests).toBe(0)
    expect(await leftTables(world)).toEqual([])
  })
})
