import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesByFormula, costOf, costTable, TYPICAL, VALUE_COLUMNS } from '../../bench/bigquery-cost.ts'
import { simulate } from '../../bench/bigquery-simulation.ts'
import { createTable } from '../../src/ledger/schema.ts'
import { bigqueryDialect } from '../../src/warehouse/bigquery/dialect.ts'
import { bigquerySettings, hasBigquery } from '../support/bigquery.ts'
import { makeWorld } from '../support/world.ts'

const page = readFileSync(new URL('../../docs/bigquery.md', import.meta.url), 'utf8')
const HOURLY = { ...TYPICAL, people: 10_000_000, changed: 0.005, runsPerDay: 24 }

describe('docs/bigquery.md', () => {
  it('shows the costs as they are counted', () => {
    expect(page).toContain(costTable())
    expect(page).toContain(`about ${Math.round(costOf(HOURLY).statementSeconds / 60)} minutes`)
    expect(page).toContain(`$${costOf({ ...HOURLY, changed: 1 }).perRun.toFixed(3)}`)
  })

  it('counts on a history of which a run reads only its own day', () => {
    const sql = createTable(bigqueryDialect({ project: 'p', dataset: 'd' }), 'history')
    expect(sql).toMatch(/\n\) partition by date\(`settled_at`\) cluster by `run`$/)
  })

  it.each([1e7, 1e8, 1e9])('its formula gives what the statements bill, for %d people', (people) => {
    for (const changed of [0.005, 0.05]) {
      const scenario = { ...HOURLY, people, changed }
      const { bytesPerRun } = costOf(scenario)
      expect(bytesByFormula(scenario) / bytesPerRun).toBeGreaterThan(0.95)
      expect(bytesByFormula(scenario) / bytesPerRun).toBeLessThan(1.001)
    }
  })
})

// Only the emulator can be asked for what others ran.
const isEmulated = hasBigquery && bigquerySettings().apiEndpoint !== undefined

describe.skipIf(!isEmulated)('a run of ten million people, simulated', () => {
  it('bills what the page says, by the statements that the program really runs', async () => {
    const columns = VALUE_COLUMNS.slice(0, TYPICAL.columns)
    const world = await makeWorld({
      on: 'bigquery',
      syncs: { 'sql/properties/taste.sql': `select id as external_id, ${columns.join(', ')} from people` },
      data: [
        `create table people (id string, ${columns.map((name) => `${name} string`).join(', ')})`,
        `insert into people (id, ${columns.join(', ')}) select cast(x as string), ${columns.map(() => `'green'`).join(', ')} from unnest(generate_array(1, 200)) as x`,
      ],
    })
    await world.sync()
    const dataset = await world.run(async ({ project }) =>
      project.warehouse.type === 'bigquery' ? project.warehouse.dataset : '',
    )
    const before = await statementsOn(dataset)
    await world.sql(`update people set city = 'Rome' where id = '7'`)
    const second = await world.sync()
    expect(second.syncs[0]).toMatchObject({ status: 'succeeded', changed: 1, sent: 1 })
    const after = await statementsOn(dataset)
    const sqls = after.slice(0, after.length - before.length)
    const { bytes, touching, small, free } = simulate(sqls, dataset, HOURLY)
    // Bytes within a tenth: the simulation counts a column for every table of the statement that has one of its name.
    expect(bytes / costOf(HOURLY).bytesPerRun).toBeGreaterThan(0.9)
    expect(bytes / costOf(HOURLY).bytesPerRun).toBeLessThan(1.1)
    expect(touching).toMatchObject({ candidates: expect.any(Number), delta: expect.any(Number), outbox: 2 })
    // Everything else is small or free, and does not grow with the audience.
    expect(small + free).toBeLessThan(75)
  })
})

/** Every statement that named a table of the dataset, the newest first: the emulator remembers them. */
async function statementsOn(dataset: string): Promise<string[]> {
  const { apiEndpoint, project } = bigquerySettings()
  const reply = await fetch(
    `${apiEndpoint}/bigquery/v2/projects/${project}/jobs?maxResults=100000&projection=full`,
  )
  const { jobs } = (await reply.json()) as { jobs: { configuration: { query?: { query: string } } }[] }
  return jobs.flatMap(({ configuration: { query } }) =>
    query?.query.includes(`\`${dataset}\``) ? [query.query] : [],
  )
}
