// The commands on Postgres, where the ledger is a schema that may not be there yet.

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { createDatabase, createRole, type TestDatabase } from '../support/postgres.ts'
import { brazier, newFolder } from './support/brazier.ts'

let sandbox: Sandbox
let database: TestDatabase
let reader: string
let shop: string

const CONFIG = `
name: shop
warehouse: { type: postgres, url: "\${WAREHOUSE_URL}" }
braze: { endpoint: "\${BRAZE_ENDPOINT}", api_key: sandbox-key, workspace: test }
`

beforeAll(async () => {
  sandbox = await startSandbox()
  database = await createDatabase()
  await database.query(
    `create table people (id text, points int); insert into people values ('p-one', 1), ('p-two', 2)`,
  )
  const role = await createRole(database)
  await database.query(`grant select on people to ${role.role}`)
  reader = role.url
  shop = await newFolder()
  const files = {
    'config/brazier.yaml': CONFIG,
    'sql/audiences/vip.sql': "select id as external_id, 'a@b.c' as email from people where points > 1",
    'sql/properties/points.sql': 'select id as external_id, points from people',
    'sql/properties/more_points.sql': 'select id as external_id, points from people',
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(shop, path)), { recursive: true })
    await writeFile(join(shop, path), text)
  }
})

afterAll(() => sandbox.close())

const run = (words: readonly string[], url = database.url) =>
  brazier(words, { cwd: shop, env: { BRAZE_ENDPOINT: sandbox.url, WAREHOUSE_URL: url } })

const schemas = async () =>
  (await database.query(`select nspname from pg_namespace where nspname = 'brazier'`)).length

it('check and status make no ledger, and need no right to make one', async () => {
  const checked = await run(['check', 'vip', '--json'], reader)
  expect(checked).toMatchObject({ code: 0 })
  const { syncs, warnings } = JSON.parse(checked.stdout)
  expect(syncs).toMatchObject([
    {
      name: 'vip',
      identity: 'external_id',
      warnings: ['people are named by external_id; email is not used'],
    },
  ])
  expect(warnings).toEqual([])
  const status = await run(['status', '--json'], reader)
  expect(status.code).toBe(0)
  expect(JSON.parse(status.stdout).syncs).toHaveLength(3)
  expect((await run(['runs'], reader)).stdout).toBe('There has been no run yet.\n')
  expect(await schemas()).toBe(0)
})

it('check warns of a role that may write, and fails what two syncs write', async () => {
  const { code, stdout } = await run(['check'])
  expect(code).toBe(1)
  expect(stdout).toContain('warning the role of warehouse.url can write outside our schema')
  for (const name of ['points', 'more_points'])
    expect(stdout).toMatch(new RegExp(`failed ${name}: .*the attribute points is written by`))
  expect(await schemas()).toBe(0)
})

it('a sync of what is sound fails the rest and says so; status, runs and rejections tell the same', async () => {
  const { code, stdout } = await run(['sync', '--json'])
  expect(code).toBe(1)
  const { status, run: id, syncs } = JSON.parse(stdout)
  expect([status, syncs.map((sync: { status: string }) => sync.status)]).toEqual([
    'partial',
    ['failed', 'failed', 'succeeded'],
  ])
  expect(sandbox.profile('p-two')?.attributes).toEqual({ vip: true })
  const state = JSON.parse((await run(['status', '--json'])).stdout)
  expect(state.under_way).toBeNull()
  expect(state.syncs).toMatchObject([
    { name: 'more_points', status: 'failed', due: true },
    { name: 'points', status: 'failed', due: true },
    { name: 'vip', status: 'succeeded', size: 1, due: false, run: id },
  ])
  const { runs } = JSON.parse((await run(['runs', '--json', '--limit', '1'])).stdout)
  expect(runs).toMatchObject([{ run: id, command: 'sync', status: 'partial', requests: 1, objects: 1 }])
  expect((await run(['rejections'])).stdout).toBe('Nothing is rejected.\n')
})

it('law 9: a wrong password is one clear message that does not hold it', async () => {
  const wrong = new URL(reader)
  wrong.password = 'not-the-password'
  for (const command of ['check', 'status', 'plan', 'sync']) {
    const { code, stdout, stderr } = await run([command, '--verbose'], wrong.href)
    expect([command, code, stdout]).toEqual([command, 1, ''])
    expect(stderr).toMatch(/^error: Postgres at .* refuses the user/m)
    expect(stderr).not.toContain('not-the-password')
  }
})

it('a server that is out of reach: exit 1 and what to look at', async () => {
  const { code, stdout } = await run(['plan', '--json'], 'postgres://ana:secret-word@127.0.0.1:1/shop')
  expect(code).toBe(1)
  expect(JSON.parse(stdout).error).toMatchObject({ message: expect.stringContaining('cannot be reached') })
  expect(stdout).not.toContain('secret-word')
})
