import { expect, it } from 'vitest'
import { createDataset, describeBigquery } from '../../support/bigquery.ts'

const ABOUT = { stage: 'test' }

describeBigquery('jobs on BigQuery', () => {
  it('run statements, say what they touched, and read back text, numbers and booleans', async () => {
    const { jobs, name, query } = await createDataset()
    const made = await jobs.run(`create table ${name}.people (id string, n int64)`, ABOUT)
    expect(made).toMatchObject({ touched: 0, destination: { dataset: name, table: 'people' } })
    const { touched } = await jobs.run(
      `insert into ${name}.people (id, n) values ('a', 1), ('é"\\n', null)`,
      ABOUT,
    )
    expect(touched).toBe(2)
    expect(await query('select id, n, n is null as gone, 0.5 as half from people order by id')).toEqual([
      { id: 'a', n: 1, gone: false, half: 0.5 },
      { id: 'é"\n', n: null, gone: true, half: 0.5 },
    ])
    expect(
      await query(
        'select 9007199254740993 as big, -9007199254740991 as safe, cast(null as string) as nothing',
      ),
    ).toEqual([{ big: '9007199254740993', safe: -9007199254740991, nothing: null }])
    expect(await query('select id from people where n > 5')).toEqual([])
  })

  it('load rows, and make a dataset once', async () => {
    const { jobs, name, query, settings } = await createDataset()
    await jobs.makeDataset(name)
    await jobs.run(`create table ${name}.acks (first int64, outcome string)`, ABOUT)
    const table = { project: settings.project, dataset: name, table: 'acks' }
    await jobs.load(table, '{"first":1,"outcome":"é\\u0000"}\n{"first":2,"outcome":null}\n', ABOUT)
    await jobs.load(table, '{"first":76,"outcome":"x"}\n', ABOUT)
    expect(await query('select first, outcome from acks order by first')).toEqual([
      { first: 1, outcome: 'é\u0000' },
      { first: 2, outcome: null },
      { first: 76, outcome: 'x' },
    ])
  })

  it('stream many rows in order, a page at a time', async () => {
    const { jobs } = await createDataset()
    const numbers = `select cast(x as string) as line from unnest(generate_array(1, 20000)) as x order by x`
    const pages: (readonly string[])[] = []
    for await (const page of jobs.stream(numbers, ABOUT)) pages.push(page)
    expect(pages.map((page) => page.length)).toEqual([100, 1000, 10_000, 8900])
    expect(pages.flat()).toEqual(Array.from({ length: 20_000 }, (_, i) => String(i + 1)))
  })

  it('dry-run: columns, kind of statement, mistakes', async () => {
    const { jobs, name } = await createDataset()
    await jobs.run(`create table ${name}.orders (id string, tags array<string>)`, ABOUT)
    expect(await jobs.dryRun('select id, tags, 1 as n from orders', { dataset: name })).toMatchObject({
      statementType: 'SELECT',
      fields: [
        { name: 'id', type: 'STRING', mode: 'NULLABLE' },
        { name: 'tags', type: 'STRING', mode: 'REPEATED' },
        { name: 'n', type: 'INTEGER' },
      ],
    })
    expect((await jobs.dryRun(`delete from ${name}.orders where true`)).statementType).toBe('DELETE')
    await expect(jobs.dryRun('select 1 from nowhere', { dataset: name })).rejects.toMatchObject({
      name: 'JobError',
      reason: 'notFound',
    })
    await expect(jobs.dryRun('selec 1')).rejects.toMatchObject({ reason: 'invalidQuery' })
    await expect(jobs.rows(`select nope from ${name}.orders`, ABOUT)).rejects.toMatchObject({
      reason: 'invalidQuery',
    })
  })
})
