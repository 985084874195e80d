import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { raiseAlerts } from '../../src/alerts/raise-alerts.ts'
import { readLedger } from '../../src/run/read-ledger.ts'
import { brazier, ended, start } from '../cli/support/brazier.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'

const receiver = await startReceiver()
afterAll(() => receiver.close())

const PEOPLE = 200
const DATA = [
  'create table people (id integer, name varchar(40))',
  `insert into people select i, 'Secret Name ' || i from generate_series(1, ${PEOPLE}) as g(i)`,
]

const world = (on: WorldKind, to: Receiver = receiver) =>
  makeWorld({
    on,
    data: DATA,
    syncs: { 'sql/audiences/vip.sql': 'select id as external_id from people' },
    config: { alerts: { webhook: { url: to.url, secret: 's3cret' }, slack: `${to.url}/slack` } },
  })

const raise = (of: World, now?: Date) =>
  of.run((deps) =>
    raiseAlerts({
      ...deps,
      ...(now === undefined ? {} : { now: () => now }),
      look: (work) => readLedger(deps, work),
      version: 'test',
    }),
  )

/** Since the last call: what the webhook was told, as `begun vip held`. */
function told(): string[] {
  const requests = receiver.received.splice(0)
  return requests.flatMap(({ path, body }) => {
    if (path === '/slack') return []
    const { data } = JSON.parse(body) as {
      data: Record<string, { sync: string; cause?: string; causes?: string[] }[]>
    }
    return ['begun', 'recovered', 'lasting'].flatMap((what) =>
      (data[what] ?? []).map(({ sync, cause, causes }) => `${what} ${sync} ${cause ?? causes?.join(' ')}`),
    )
  })
}

describe('a life with alerts', () => {
  let shop: World
  beforeAll(async () => {
    shop = await world('duckdb')
    await raise(shop)
    await shop.sync()
  })

  it('says nothing where there is no ledger yet, nor while all is well', async () => {
    await raise(shop)
    expect(told()).toEqual([])
  })

  it('tells once of a hold, through every channel, and of no person', async () => {
    await shop.sql('create table backup as select * from people', 'delete from people where id > 20')
    await shop.sync()
    await raise(shop)
    expect(receiver.received.map(({ path }) => path)).toEqual(['/slack', '/'])
    expect(receiver.received.every(({ body }) => !body.includes('Secret Name'))).toBe(true)
    expect(receiver.received[1]?.body).toMatch(/180 of 200 people.*brazier apply p-/)
    expect(told()).toEqual(['begun vip held'])
    await shop.sync()
    await raise(shop)
    expect(told()).toEqual([])
  })

  it('reminds a day later, and not before', async () => {
    const hours = (count: number) => new Date(Date.now() + count * 3_600_000)
    await raise(shop, hours(23))
    expect(told()).toEqual([])
    await raise(shop, hours(25))
    expect(told()).toEqual(['lasting vip held'])
  })

  it('tells of the end once the hold is over, and forgets it', async () => {
    await shop.sql('delete from people', 'insert into people select * from backup')
    await shop.sync()
    await raise(shop)
    expect(told()).toEqual(['recovered vip held'])
    await raise(shop)
    expect(told()).toEqual([])
    expect(await shop.ledger('select count(*) as n from alerts')).toEqual([{ n: 0 }])
  })

  it('tells of a failure, and of a sync that is late because of nothing', async () => {
    await shop.write('sql/audiences/vip.sql', 'select nothing as external_id from people')
    await shop.sync()
    await raise(shop)
    expect(told()).toEqual(['begun vip failed'])
    await shop.write('sql/audiences/vip.sql', 'select id as external_id from people')
    await shop.sync()
    await raise(shop, new Date(Date.now() + 4 * 3_600_000))
    expect(told()).toEqual(['begun vip late'])
  })

  it('a receiver that is down fails nobody, and hears of it the next time', async () => {
    receiver.answer(404)
    await raise(shop)
    expect(shop.log.filter(({ event }) => event === 'alerts.not_sent').map(({ fields }) => fields)).toEqual([
      { channel: 'slack', reason: 'HTTP 404' },
      { channel: 'webhook', reason: 'HTTP 404' },
    ])
    receiver.answer(200)
    told()
    await raise(shop)
    expect(told()).toEqual(['recovered vip late'])
  })
})

it('two processes that look at once tell it once', async () => {
  const shop = await world('postgres')
  await shop.sync()
  await shop.sql('delete from people where id > 20')
  await shop.sync()
  await Promise.all([raise(shop), raise(shop), raise(shop)])
  expect(told()).toEqual(['begun vip held'])
})

it('the commands tell of their runs, and lineage when the environment asks for it', async () => {
  const shop = await world('duckdb')
  const type = (...words: string[]) =>
    brazier([...words, '--project', shop.directory], {
      env: { BRAZE_API_KEY: 'sandbox-key', OPENLINEAGE_URL: `${receiver.url}/lineage`, LOG_LEVEL: 'warn' },
    })
  expect((await type('sync')).code).toBe(0)
  await shop.sql('delete from people where id > 20')
  expect((await type('sync', '--due')).code).toBe(0)
  expect((await type('sync')).code).toBe(3)
  const paths = receiver.received.map(({ path }) => path)
  const lineage = Array.from({ length: 2 }, () => '/lineage/api/v1/lineage')
  expect(paths).toEqual([...lineage, ...lineage, '/slack', '/'])
  receiver.received.splice(0, 4)
  expect(told()).toEqual(['begun vip held'])
  const [row] = await shop.ledger("select plan from run_syncs where status = 'held'")
  const applied = await type('apply', String(row?.plan))
  expect(applied).toMatchObject({ code: 0, stderr: '' })
  expect(receiver.received.splice(0, 2).map(({ body }) => JSON.parse(body).eventType)).toEqual([
    'START',
    'COMPLETE',
  ])
  expect(told()).toEqual(['recovered vip held'])
})

it('the service tells of its runs as the commands do', async () => {
  const shop = await world('duckdb')
  const child = start(['serve', '--port', '0', '--json', '--project', shop.directory], {
    env: { BRAZE_API_KEY: 'sandbox-key', OPENLINEAGE_URL: receiver.url },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const end = ended(child)
  const said = await new Promise<string>((resolve) =>
    child.stdout?.once('data', (data) => resolve(`${data}`)),
  )
  const { url } = JSON.parse(said)
  await vi.waitFor(() => expect(receiver.received).toHaveLength(2), { timeout: 20_000, interval: 20 })
  expect(receiver.received.splice(0).map(({ body }) => JSON.parse(body))).toMatchObject([
    { eventType: 'START', job: { facets: { sql: { query: 'select id as external_id from people' } } } },
    { eventType: 'COMPLETE', outputs: [{ outputFacets: { outputStatistics: { rowCount: PEOPLE } } }] },
  ])
  await shop.sql('delete from people where id > 20')
  await fetch(`${url}/api/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  await vi.waitFor(() => expect(receiver.received).toHaveLength(4), { timeout: 20_000, interval: 20 })
  expect(receiver.received.splice(0, 2).map(({ body }) => JSON.parse(body).eventType)).toEqual([
    'START',
    'ABORT',
  ])
  expect(told()).toEqual(['begun vip held'])
  child.kill('SIGTERM')
  expect((await end).code).toBe(143)
})
