import { describe, expect, it } from 'vitest'
import { selectsStar } from '../../src/project/selects-star.ts'

describe('selectsStar', () => {
  it.each([
    'select * from t',
    'SELECT DISTINCT * FROM t',
    'select all * from t',
    'select distinct on (a, b) * from t',
    'select a, * from t',
    'select t.* from t',
    'select "t" . * from t',
    'select (t).* from t',
    'select t1.*, 1 as x from t1',
    'select /* a */ * -- b\nfrom t',
    'select * exclude (a) from t',
    "select columns('a.*') from t",
    'with c as (select a from t) select * from c',
    'select a from t union all select * from u',
    '(select a from t) union all (select * from u)',
    'from t',
    'table t',
    'from t select *',
  ])('yes: %s', (sql) => {
    expect(selectsStar(sql)).toBe(true)
  })

  it.each([
    'select a from t',
    'select a * b, 2 * 3, (a) * b, "a" * 2, 1.*2 from t',
    'select count(*) as n from t',
    'select a from (select * from t)',
    'with c as (select * from t) select a from c',
    'select \'*\', "*" from t -- *',
    'select distinct on (a) b from t',
    'select a from t where exists (select * from u)',
    'from t select a',
    'values (1, 2)',
    "select a as x from 'data/*.parquet'",
    '(select a from (select * from t))',
    'select "columns" (1) from t',
  ])('no: %s', (sql) => {
    expect(selectsStar(sql)).toBe(false)
  })
})
