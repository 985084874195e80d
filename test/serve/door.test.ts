// Decides what must hold of the door: who comes in, and who does not, whatever they send.

import { request as rawRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearerToken, isLoopbackHost, personOf } from '../../src/serve/http/auth.ts'
import { countFailures } from '../../src/serve/http/failures.ts'
import { makeWorld, type World } from '../support/world.ts'
import { type Served, serve, sha256 } from './served.ts'

const TOKENS = { viewer: 'look-only', operator: 'may-run', admin: 'may-do-all' } as const
const SYNC = { 'sql/audiences/vip.sql': 'select id as external_id from people' }

let world: World
let served: Served

beforeAll(async () => {
  world = await makeWorld({
    on: 'duckdb',
    syncs: SYNC,
    data: [`create table people as select 'c-1' as id`],
    config: {
      service: {
        tokens: Object.entries(TOKENS).map(([role, token]) => ({
          name: `${role}-1`,
          role,
          sha256: sha256(token),
        })),
      },
    },
  })
  served = await serve(world)
  await served.service.tick()
})

afterAll(() => served.stop())

const as = (role: keyof typeof TOKENS) => ({ authorization: `Bearer ${TOKENS[role]}` })

describe('with tokens', () => {
  it.each([
    ['status', {}, 401],
    ['status', { authorization: 'Bearer wrong' }, 401],
    ['status', { authorization: `Basic ${TOKENS.viewer}` }, 401],
    ['status', as('viewer'), 200],
    ['openapi.json', {}, 401],
    ['/metrics', {}, 401],
    ['/metrics', as('viewer'), 200],
    ['/livez', {}, 200],
    ['/readyz', {}, 200],
    ['people/c-1', as('viewer'), 403],
    ['people/c-1', as('operator'), 200],
    ['nothing', {}, 404],
  ])('GET %s %j is %i', async (path, headers, status) => {
    const answer = await served.get(path, headers as Record<string, string>)
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="brazier"')
  })

  it.each([
    ['runs', 'viewer', 403],
    ['runs', 'operator', 202],
    ['pause', 'viewer', 403],
    ['pause', 'operator', 200],
    ['resume', 'operator', 403],
    ['resume', 'admin', 200],
  ] as const)('POST %s as %s is %i', async (path, role, status) => {
    expect((await served.post(path, {}, as(role))).status).toBe(status)
  })

  it('says who somebody is, and shows a viewer no people', async () => {
    expect((await served.get('status', as('operator'))).body).toMatchObject({
      you: { name: 'operator-1', role: 'operator' },
      open: false,
    })
    expect((await served.get('rejections', as('viewer'))).body).toEqual({ groups: [], people: null })
    expect((await served.get('rejections', as('operator'))).body).toEqual({ groups: [], people: [] })
    const { run } = (await served.post('runs', { dry_run: true }, as('operator'))).body
    let dry = await served.get(`runs/${run}`, as('viewer'))
    while (dry.body.plan === null) dry = await served.get(`runs/${run}`, as('viewer'))
    expect((await served.get(`plans/${dry.body.plan}`, as('viewer'))).body.samples).toBeNull()
    expect((await served.get(`plans/${dry.body.plan}`, as('operator'))).body.samples).toEqual({ vip: [] })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'takes no %j, which a page elsewhere could send',
    async (type) => {
      const answer = await served.post('pause', {}, { ...as('admin'), 'content-type': type })
      expect([answer.status, answer.body.code]).toEqual([415, 'not_json'])
    },
  )

  it('lets no page elsewhere in, and none frame it', async () => {
    const { headers } = await served.get('status', { ...as('viewer'), origin: 'https://elsewhere.example' })
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect((await served.get('status')).headers.get('content-security-policy')).toContain(
      "default-src 'none'",
    )
  })

  it('stays shut when the tokens are taken away while it runs, until it is started again', async () => {
    await world.configure({ service: {} })
    await served.post('runs', { select: ['vip'] }, as('operator'))
    expect((await served.get('status', as('admin'))).status).toBe(401)
    expect((await served.get('status')).status).toBe(401)
  })
})

describe('without tokens', () => {
  it('listens on this machine only, and under its names only', async () => {
    const other = await makeWorld({ on: 'duckdb', syncs: SYNC, data: [`create table people (id varchar)`] })
    await expect(serve(other, { host: '0.0.0.0' })).rejects.toThrow(
      'without tokens the service listens on this machine only, not on 0.0.0.0',
    )
    const open = await serve(other)
    expect(await asHost(open.url, 'localhost:1234')).toBe(200)
    expect(await asHost(open.url, 'rebound.example')).toBe(403)
  })
})

/** fetch does not let a page choose this header; an attacker's name server needs no page's leave. */
function asHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = rawRequest(`${url}/api/v1/status`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('a token', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc', 'abc'],
    ['Bearer a b', undefined],
    ['abc', undefined],
    [undefined, undefined],
  ])('is read from %j', (header, token) => {
    expect(bearerToken(header)).toBe(token)
  })

  it('is known by its digest', () => {
    const tokens = [{ name: 'ci', role: 'viewer' as const, sha256: sha256('secret') }]
    expect(personOf('secret', tokens)).toEqual({ name: 'ci', role: 'viewer' })
    expect(personOf('secret ', tokens)).toBeUndefined()
    expect(personOf(sha256('secret'), tokens)).toBeUndefined()
    expect(personOf('', [])).toBeUndefined()
  })

  it('that is wrong too often is not listened to for a minute, from that address', () => {
    const failures = countFailures()
    for (let times = 0; times < 20; times += 1) {
      expect(failures.blockedFor('a', 1000)).toBe(0)
      failures.note('a', 1000)
    }
    expect(failures.blockedFor('a', 1000)).toBe(60)
    expect(failures.blockedFor('b', 1000)).toBe(0)
    expect(failures.blockedFor('a', 61_001)).toBe(0)
    failures.note('a', 61_001)
    expect(failures.blockedFor('a', 61_001)).toBe(0)
  })
})

it.each([
  ['localhost', true],
  ['LOCALHOST:80', true],
  ['127.0.0.1:8080', true],
  ['127.9.9.9', true],
  ['[::1]:8080', true],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['10.0.0.1', false],
  ['', false],
  [undefined, false],
])('the host %j is this machine: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected)
})
