// Views that somebody has made over a snapshot in Postgres, which holds its columns fast.

import { expect, it } from 'vitest'
import { makeWorld } from '../support/world.ts'
import { braze, good } from './look.ts'

const FACTS = 'sql/properties/facts.sql'
const selecting = (columns: string) =>
  `/* ---\non_leave: unset\n--- */\nselect 'ann' as external_id, ${columns}\n`

const viewed = async () => {
  const world = await makeWorld({ on: 'postgres', syncs: { [FACTS]: selecting('1 as a, 2 as b') } })
  good(await world.sync())
  const [its] = await world.ledger('select snapshot from syncs')
  await world.ledger(`create view bi as select * from ${its?.snapshot}`)
  return world
}

it('a column that a view needs stays, empty, and is used again', async () => {
  const world = await viewed()
  await world.write(FACTS, selecting('1 as a'))
  good(await world.sync())
  expect(braze(world)).toEqual({ ann: { a: '1' } })
  expect(await world.ledger('select a, b from bi')).toEqual([{ a: 1, b: null }])
  // As a run leaves it that dies before it could drop the column.
  await world.ledger('update bi set b = 7')
  await world.write(FACTS, selecting('1 as a, 3 as b'))
  good(await world.sync())
  expect(braze(world)).toEqual({ ann: { a: '1', b: '3' } })
  expect(await world.ledger('select a, b from bi')).toEqual([{ a: 1, b: 3 }])
  expect((await world.sync()).requests).toBe(0)
})

it('a column that a view needs and that is of another type now is told before anything is sent', async () => {
  const world = await viewed()
  await world.write(FACTS, selecting('1 as a'))
  good(await world.sync())
  await world.write(FACTS, selecting(`1 as a, 'x' as b`))
  const report = await world.sync()
  expect([report.status, report.requests]).toEqual(['failed', 0])
  expect(report.error?.message).toMatch(/cannot drop column b of table .* because other objects depend on it/)
  expect(report.error).toMatchObject({ hint: expect.stringContaining('drop that view') })
  await world.ledger('drop view bi')
  good(await world.sync())
  expect(braze(world)).toEqual({ ann: { a: '1', b: '"x"' } })
})

it('retire says that a view stands in the way, and ends once that is gone', async () => {
  const world = await viewed()
  const report = await world.retire('facts')
  expect(report.error?.message).toMatch(/cannot drop table .* because other objects depend on it/)
  expect(report.error).toMatchObject({ hint: expect.stringContaining('drop that view') })
  expect(braze(world)).toEqual({ ann: {} })
  await world.ledger('drop view bi')
  expect(good(await world.retire('facts')).requests).toBe(0)
  expect(await world.ledger('select sync from syncs')).toEqual([])
})
