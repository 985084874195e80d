// Syncs of very many columns: they arrive as far as the database has tables for them, and beyond fail alone.

import { describe, expect, it } from 'vitest'
import { makeWorld, type World } from '../support/world.ts'
import { braze, good, KINDS, of } from './look.ts'

const WIDE = 'sql/properties/wide.sql'
const BESIDE = { 'sql/audiences/vip.sql': `select 'bob' as external_id` }

/** One person with so many columns, the first of which says `first`. */
const wide = (columns: number, first: number, header = '') =>
  `${header}select 'ann' as external_id, ${first} as c0, ${Array.from({ length: columns - 1 }, (_, i) => `${i + 1} as c${i + 1}`).join(', ')}`

const prefixed = (prefix: string) => `/* ---\nprefix: ${prefix}\non_leave: unset\n--- */\n`

const held = (world: World) => Object.keys(braze(world).ann ?? {})

/** Twice as many columns while they are renamed. */
const RENAMED = 110

describe.each(KINDS)('a sync of many columns on %s', (on) => {
  it('is loaded', async () => {
    // Beyond DuckDB's usual depth of expressions; and some that a table of Postgres has just room for.
    const columns = on === 'duckdb' ? 1000 : 700
    // DuckDB keeps a block in memory for each column that it writes.
    const config = on === 'duckdb' ? { store: { memory_limit: '1GB' } } : {}
    const world = await makeWorld({ on, config, syncs: { ...BESIDE, [WIDE]: wide(columns, 1) } })
    good(await world.sync())
    expect(held(world)).toHaveLength(columns)
  })

  it('is changed, renamed and taken back', async () => {
    const world = await makeWorld({ on, syncs: { ...BESIDE, [WIDE]: wide(RENAMED, 1, prefixed('a_')) } })
    good(await world.sync())
    await world.write(WIDE, wide(RENAMED, 2, prefixed('a_')))
    expect(of(good(await world.sync()), 'wide').dataPoints).toBe(1)
    await world.write(WIDE, wide(RENAMED, 2, prefixed('b_')))
    expect(of(good(await world.sync()), 'wide').dataPoints).toBe(2 * RENAMED)
    expect(held(world)).toHaveLength(RENAMED)
    expect(held(world).every((name) => name.startsWith('b_'))).toBe(true)
    expect((await world.sync()).requests).toBe(0)
    good(await world.retire('wide'))
    expect(held(world)).toEqual([])
  })
})

it('of more columns than Postgres has tables for fails alone', async () => {
  const syncs = { ...BESIDE, [WIDE]: wide(900, 1) }
  const world = await makeWorld({ on: 'postgres', syncs })
  const report = await world.sync()
  expect([report.status, report.exitCode]).toEqual(['partial', 1])
  expect(of(report, 'vip')).toMatchObject({ status: 'succeeded', sent: 1 })
  expect(of(report, 'wide')).toMatchObject({
    status: 'failed',
    error: 'sql/properties/wide.sql: postgres schema brazier: target lists can have at most 1664 entries',
  })
})
