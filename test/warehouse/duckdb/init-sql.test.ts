import { describe, expect, it } from 'vitest'
import { initSql } from '../../../src/warehouse/duckdb/init-sql.ts'

const said = (sql: string) => initSql([sql], '/project').statements[0]

describe('paths in warehouse.init', () => {
  it.each([
    [`create view o as from 'data/o.parquet'`, `create view o as from '/project/data/o.parquet'`],
    [
      `create view o as select * from 'o.csv' join './x/*.csv' using (id)`,
      `create view o as select * from '/project/o.csv' join '/project/x/*.csv' using (id)`,
    ],
    [
      `select * from read_csv('data/*.csv', delim = ',', nullstr = 'n/a')`,
      `select * from read_csv('/project/data/*.csv', delim = ',', nullstr = 'n/a')`,
    ],
    [
      `from read_parquet(['a.parquet', 'b/c.parquet'], filename = 'x.y')`,
      `from read_parquet(['/project/a.parquet', '/project/b/c.parquet'], filename = 'x.y')`,
    ],
    [
      `from read_csv('a.csv', columns = {'x.y': 'varchar'}, names = ['p/q'])`,
      `from read_csv('/project/a.csv', columns = {'x.y': 'varchar'}, names = ['p/q'])`,
    ],
    [`attach 'other.duckdb' as other (read_only)`, `attach '/project/other.duckdb' as other (read_only)`],
    [`attach database if not exists 'it''s.duckdb'`, `attach database if not exists '/project/it''s.duckdb'`],
    [`from '/abs/x.parquet'`, `from '/abs/x.parquet'`],
    [`from 's3://bucket/x.parquet'`, `from 's3://bucket/x.parquet'`],
    [`from READ_JSON( /* here */ 'x.json')`, `from READ_JSON( /* here */ '/project/x.json')`],
  ])('%s', (sql, expected) => {
    expect(said(sql)).toBe(expected)
  })

  it.each([
    `select 'a/b' as x, concat('c/d', 'e.f')`,
    `select * from t where a is distinct from 'n/a' and b is not distinct from 'x.y'`,
    `select extract(year from '2024/01/01'), trim(both '/' from '/a/'), substring('a.b' from '.')`,
    `select 1 -- from 'x.csv'`,
    `select 1 /* from 'x.csv' */`,
    `select $$ from 'x.csv' $$`,
    `select e'it\\'s from ''x.csv'' '`,
    `select "from 'x.csv'"`,
    `select f(read_x('a') , 'b/c')`.replace("'a'", '1'),
    `create table from_list (a varchar default 'x/y')`,
  ])('leaves alone what is no path: %s', (sql) => {
    expect(said(sql)).toBe(sql)
    expect(initSql([sql], '/project')).toMatchObject({ files: [], directories: [] })
  })

  it('lets be read what is named, and no more', () => {
    const { files, directories } = initSql(
      [`create view a as from 'data/o.parquet'; create view b as from 'logs/2024-*/x.csv'`, `from '*.csv'`],
      '/project',
    )
    expect(files).toEqual(['/project/data/o.parquet'])
    expect(directories).toEqual(['/project/logs/', '/project/'])
  })
})
