import { expect, it } from 'vitest'
import { paintFor } from '../../src/cli/paint.ts'
import { checkJson, checkText } from '../../src/cli/print/check-text.ts'
import { planJson } from '../../src/cli/print/plan-json.ts'
import { planText } from '../../src/cli/print/plan-text.ts'
import { runText } from '../../src/cli/print/run-text.ts'
import { checkSyncs } from '../../src/run/check-syncs.ts'
import type { RunDeps } from '../../src/run/context.ts'
import { makePlan } from '../../src/run/make-plan.ts'
import { runSyncs } from '../../src/run/run.ts'
import { makeWorld, type World } from '../support/world.ts'

const GIB = 1024 ** 3
const plain = paintFor(false)

/** A warehouse that bills, which no database of the tests does: one query reads 40 GiB, every other 2 MiB. */
const billed = (deps: RunDeps, limit: number): RunDeps => {
  const cost = async (sql: string) => {
    const bytes = sql.includes('big') ? 40 * GIB : 2 * 1024 ** 2
    return { bytes, price: (bytes / 1024 ** 4) * 6.25, limit }
  }
  const { databases } = deps
  return { ...deps, databases: { ...databases, warehouse: { ...databases.warehouse, cost } } }
}

const sync = (world: World, limit: number) =>
  world.run((deps) =>
    runSyncs(billed(deps, limit), {
      syncs: deps.project.syncs,
      command: 'sync',
      waitSeconds: 0,
      slots: new Map(),
    }),
  )

it('a query over the budget is not run: its sync is held, the others go on', async () => {
  const world = await makeWorld({
    on: 'duckdb',
    syncs: {
      'sql/audiences/big.sql': "select 'a' as external_id /* big */",
      'sql/audiences/small.sql': "select 'b' as external_id",
    },
  })
  const report = await sync(world, 25 * GIB)
  const reason = 'max_bytes_billed: the query would read 40 GiB (limit 25 GiB)'
  expect(report).toMatchObject({ status: 'held', exitCode: 3, requests: 1 })
  expect(report.syncs).toMatchObject([
    { name: 'big', status: 'held', heldBy: [reason], plan: null, rows: 0, sent: 0 },
    { name: 'small', status: 'succeeded', sent: 1 },
  ])
  expect(Object.keys(world.profiles())).toEqual(['b'])
  expect(runText(report, plain)).toContain(
    `held big: nothing of it was sent\n  ${reason}\n  Make the query read less, or raise warehouse.max_bytes_billed.`,
  )

  const again = await sync(world, 25 * GIB)
  expect(again.syncs[0]?.status).toBe('held')
  const held = await world.ledger("select status, held_by, held_since from run_syncs where sync = 'big'")
  expect(held.map((row) => [row.status, row.held_by])).toEqual(
    Array.from({ length: 2 }, () => ['held', JSON.stringify([reason])]),
  )
  expect(new Set(held.map((row) => String(row.held_since))).size).toBe(1)

  expect(await sync(world, 50 * GIB)).toMatchObject({ status: 'succeeded', exitCode: 0 })
  expect(Object.keys(world.profiles()).sort()).toEqual(['a', 'b'])
})

it('plan and check say what each query reads and costs', async () => {
  const world = await makeWorld({
    on: 'duckdb',
    syncs: {
      'sql/audiences/big.sql': "select 'a' as external_id /* big */",
      'sql/audiences/small.sql': "select 'b' as external_id",
    },
  })
  const plan = await world.run((deps) =>
    makePlan(billed(deps, 25 * GIB), { syncs: deps.project.syncs, samples: 0 }),
  )
  const view = { project: 'shop', workspace: 'w', endpoint: 'e', requestsPerSecond: 1, now: new Date() }
  const lines = planText(plan, view, plain).split('\n')
  expect(lines.find((line) => /^small /.test(line))).toMatch(/ 2 MiB +< 0\.001 +FIRST LOAD$/)
  expect(lines.find((line) => /^big /.test(line))).toMatch(/^big +40 GiB +0\.244 +HELD$/)
  expect(lines).toContain(
    'big: held by max_bytes_billed: the query would read 40 GiB (limit 25 GiB); its SQL did not run',
  )
  expect(planJson(plan, new Map([['big', 'audience']]))).toMatchObject({
    syncs: [
      { name: 'small', bytes: 2 * 1024 ** 2, held_by: [] },
      {
        name: 'big',
        kind: 'audience',
        bytes: 40 * GIB,
        price: expect.closeTo(0.244, 3),
        held_by: [expect.stringContaining('max_bytes_billed')],
      },
    ],
  })

  const check = await world.run((deps) => checkSyncs(billed(deps, 25 * GIB), deps.project.syncs))
  const text = checkText(check, plain)
  expect(text).toMatch(/^big .* 40 GiB +0\.244$/m)
  expect(text).toContain('warning big: a run would hold it: max_bytes_billed: the query would read 40 GiB')
  expect(checkJson(check)).toMatchObject({
    status: 'succeeded',
    syncs: [{ bytes: 40 * GIB }, { name: 'small' }],
  })
})
