import { describe, expect, it } from 'vitest'
import { makeWorld, type WorldKind } from '../support/world.ts'
describe.each<WorldKind>(['duckdb','postgres','postgres+duckdb'])('x on %s', (on) => {
  it('first', async () => {
    let t = performance.now(); const lap = (s: string) => { const n = performance.now(); console.log(on, s, (n-t).toFixed(0)); t = n }
    const w = await makeWorld({ on, syncs: { 'sql/audiences/vip.sql': 'select id as external_id from people where spend > 10', 'sql/properties/p.sql': 'select id as external_id, spend, name from people' },
     data: ['create table people (id text, spend int, name text)', "insert into people values ('a', 5, 'x'), ('b', 20, null)"] })
    lap('world')
    const r = await w.sync(); lap('first')
    await w.sync(); lap('second')
    await w.sync(); lap('third')
    await w.plan(); lap('plan')
    await w.sql("update people set spend = 100"); lap('sql')
    await w.sync(); lap('fourth')
    await w.ledger('select 1 as x'); lap('ledger')
    console.log(await w.ledger("select table_name from information_schema.tables where table_name like '%\\_2026%' escape '\\'"))
    await w.close(); lap('close')
  })
})
