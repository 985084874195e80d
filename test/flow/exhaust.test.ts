import { expect, it } from 'vitest'
import { makeWorld, type WorldKind } from '../support/world.ts'
import { startChild } from '../support/child.ts'
import { SHOP, customersOf, setDay, expectDay, heldByBraze, expectedOf } from './days.ts'
import { leftTables } from './look.ts'
const kinds = (process.env.KINDS ?? 'duckdb,postgres').split(',') as WorldKind[]
const step = Number(process.env.STEP ?? 1), from = Number(process.env.FROM ?? 1)
it.each(kinds)('apply %s', async (on) => {
  const world = await makeWorld({ on, ...SHOP })
  await setDay(world, customersOf(0)); await world.sync(); expectDay(world, customersOf(0), 'start')
  const bad: unknown[] = []
  let day = 0
  for (let n = from; ; n += step) {
    await setDay(world, customersOf(day + 1))
    const { plan } = await world.plan()
    await setDay(world, customersOf(day + 2))
    const end = await startChild({ directory: world.directory, apply: plan, at: { signal: 'SIGKILL', statement: n } }).ended
    try {
      if (end.signal === 'SIGKILL') {
        const r = await world.apply(plan)
        if (r.error !== null && !/it is applied/.test(r.error.message)) throw r.error
      }
      expectDay(world, customersOf(day + 1), `n=${n}`)
      const q = await world.sync(); expect(q.exitCode).toBe(0)
      expectDay(world, customersOf(day + 2), `n=${n} then`)
      expect((await world.sync()).requests).toBe(0)
      expect(await world.ledger('select k from doubt')).toEqual([])
      expect(await leftTables(world)).toEqual([])
    } catch (e: any) { bad.push([n, end.signal, String(e.message).slice(0, 900)]); if (bad.length > 5) break }
    day += 2
    if (end.signal !== 'SIGKILL') { console.log(on, 'total statements', n); break }
  }
  console.log(on, JSON.stringify(bad, null, 1))
  expect(bad).toEqual([])
}, 1_000_000)
const DEFS = [
  '/* ---\non_leave: unset\n--- */\nselect id as external_id, city, spend from customers',
  '/* ---\non_leave: unset\nrename: {city: town}\n--- */\nselect id as external_id, city, spend from customers',
  '/* ---\non_leave: unset\n--- */\nselect id as external_id, city, cast(spend as text) as spend from customers',
  '/* ---\non_leave: unset\n--- */\nselect id as external_id, spend from customers',
]
it.each(kinds)('definitions %s', async (on) => {
  const world = await makeWorld({ on, ...SHOP })
  await setDay(world, customersOf(0)); await world.sync(); expectDay(world, customersOf(0), 'start')
  const bad: unknown[] = []
  let day = 0, def = 0
  for (let n = from; ; n += step) {
    const next = (def + 1 + (n % 3)) % 4
    await setDay(world, customersOf(day + 1))
    await world.write('sql/properties/facts.sql', DEFS[next]!)
    const end = await startChild({ directory: world.directory, at: { signal: 'SIGKILL', statement: n } }).ended
    const backDef = n % 2 === 0, backDay = n % 3 === 0
    if (backDef) await world.write('sql/properties/facts.sql', DEFS[def]!); else def = next
    if (backDay) await setDay(world, customersOf(day)); else day += 1
    try {
      const r = await world.sync()
      if (r.error) throw r.error
      expect([r.exitCode, r.syncs.map((s) => s.error)]).toEqual([0, [null, null, null]])
      const want = Object.fromEntries(Object.entries(expectedOf(customersOf(day))).map(([id, held]: any) => {
        const { city, spend, ...rest } = held
        return [id, { ...rest, ...(def === 2 ? { spend: JSON.stringify(spend) } : { spend }), ...(def === 1 && city ? { town: city } : {}), ...((def === 0 || def === 2) && city ? { city } : {}) }]
      }))
      expect(heldByBraze(world.profiles()), `n=${n} def=${def}`).toEqual(want)
      expect(world.sandbox.meter.duplicateKeys).toBe(0)
      expect((await world.sync()).requests).toBe(0)
      expect(await world.ledger('select k from doubt')).toEqual([])
      expect(await leftTables(world)).toEqual([])
    } catch (e: any) { bad.push([n, end.signal, String(e.message).slice(0, 900)]); if (bad.length > 3) break }
    if (end.signal !== 'SIGKILL') { console.log(on, 'total statements', n); break }
  }
  console.log(on, JSON.stringify(bad, null, 1))
  expect(bad).toEqual([])
}, 1_000_000)
