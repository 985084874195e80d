import { describe, expect, it } from 'vitest'
import { makeWorld, type WorldKind } from '../support/world.ts'
describe.each<WorldKind>(['duckdb','postgres','postgres+duckdb'])('x on %s', (on) => {
  it('first', async () => {
    const w = await makeWorld({ on, syncs: { 'sql/audiences/vip.sql': 'select id as external_id from people where spend > 10', 'sql/properties/p.sql': 'select id as external_id, spend, name from people' },
     data: ['create table people (id text, spend int, name text)', "insert into people values ('a', 5, 'x'), ('b', 20, null)"] })
    const r = await w.sync()
    expect(r.error).toBeNull()
    expect(r.exitCode).toBe(0)
    expect(w.profiles()).toEqual({ a: { spend: '5', name: '"x"' }, b: { vip: 'true', spend: '20' } })
    expect(await w.ledger('select sync, size, settled_at is not null as ok from syncs order by sync')).toEqual([{ sync: 'p', size: 2, ok: true }, {sync: 'vip', size: 1, ok: true}])
    const again = await w.sync()
    expect(again.requests).toBe(0)
    const plan = await w.plan()
    expect(plan.objects).toBe(0)
  })
})
