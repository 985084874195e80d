import { connect } from '../../src/warehouse/postgres/connection.ts'
import { describe } from '../../src/warehouse/postgres/describe.ts'
const con = await connect({ url: 'postgres://postgres@127.0.0.1:55999/postgres', applicationName: 'x', statementTimeout: 100 }, false)
await con.run('set max_parallel_workers_per_gather=0')
await con.run(`drop table if exists t; create table t as select array['a' || i, 'b', 'c'] as tags, json_build_object('a', i, 'b', json_build_array('x', 'y'), 'c', 1.5) as js from generate_series(1::bigint,1000000) i; analyze t`)
const cols = await describe(con, 'select * from t')
const ms = async (s) => { let best = 1e9; for (let k = 0; k < 3; k++) { const t = performance.now(); await con.run(s); best = Math.min(best, performance.now() - t) } return Math.round(best) }
console.log(await ms(`select count(to_json(tags)::text) from t`), await ms(`select count(js::jsonb::text) from t`))
for (const { name: n, value: v } of cols) console.log(n, await ms(`select count(${v.canonical('q.' + n, {})}) from t q`), await ms(`select count(${v.fault('q.' + n)}) from t q`))
await con.run('drop table t'); await con.close()
