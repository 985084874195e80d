// Every misbehaviour that can be asked for: what the sender sees, and what was applied all the same.

import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/sandbox/fault.ts'
import { openSandbox, people, post } from './talk.ts'

const send = { attributes: [{ external_id: 'a', vip: true }] }

describe('answers instead of the real one', () => {
  it.each([500, 502, 503, 504, 408])('status %i for the next n requests, nothing applied', async (status) => {
    const sandbox = await openSandbox()
    const fault = sandbox.faults.inject({ kind: 'status', status, times: 2 })
    expect([(await post(sandbox, send)).status, (await post(sandbox, send)).status]).toEqual([status, status])
    expect(sandbox.profiles()).toEqual([])
    expect((await post(sandbox, send)).status).toBe(201)
    expect(fault.hits()).toBe(2)
  })

  it('carries the body and headers it was given, and can apply first', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({
      kind: 'status',
      status: 503,
      body: 'busy',
      headers: { 'x-why': 'test' },
      applied: true,
    })
    const answer = await post(sandbox, send)
    expect([answer.status, answer.text, answer.headers.get('x-why')]).toEqual([503, 'busy', 'test'])
    expect(sandbox.profile('a')?.attributes).toEqual({ vip: true })
    sandbox.faults.inject({ kind: 'status', status: 400, body: { message: 'no' } })
    expect((await post(sandbox, send)).body).toEqual({ message: 'no' })
  })

  it('hits every n-th request, after the first ones', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'status', status: 500, every: 2, after: 1 })
    const statuses: number[] = []
    for (let n = 0; n < 6; n += 1) statuses.push((await post(sandbox, send)).status)
    expect(statuses).toEqual([201, 201, 500, 201, 500, 201])
  })

  it('429 in the standard form names the end of the window, in the hourly form only the wait', async () => {
    const sandbox = await openSandbox({ now: () => 1_700_000_000_000 })
    sandbox.faults.inject({ kind: 'rate_limited', seconds: 7 })
    sandbox.faults.inject({ kind: 'rate_limited', form: 'hourly', seconds: 9 })
    const limits = async () => {
      const { status, headers } = await post(sandbox, send)
      return [status, Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-ratelimit')))]
    }
    expect(await limits()).toEqual([
      429,
      { 'x-ratelimit-limit': '3000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000007' },
    ])
    expect(await limits()).toEqual([429, { 'x-ratelimit-retry-after': '9' }])
  })

  it('401 repeats the key, 403 names no reason', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'unauthorized' })
    const refused = await post(sandbox, send)
    expect([refused.status, refused.body.message]).toEqual([401, 'Invalid API key: sandbox-key'])
    sandbox.faults.inject({ kind: 'forbidden' })
    expect((await post(sandbox, send)).status).toBe(403)
    expect(sandbox.profiles()).toEqual([])
  })

  it.each([
    [{ kind: 'garbage' }, 201, '<html>It works!</html>'],
    [{ kind: 'garbage', status: 200, body: '' }, 200, ''],
    [{ kind: 'queued' }, 202, '{"message":"queued"}'],
  ] satisfies [Fault, number, string][])('%j is answered after applying', async (fault, status, text) => {
    const sandbox = await openSandbox()
    sandbox.faults.inject(fault)
    const answer = await post(sandbox, send)
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(sandbox.profile('a')?.attributes).toEqual({ vip: true })
  })

  it('never paints over a refusal of its own', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'queued' })
    expect((await post(sandbox, { attributes: people(76) })).status).toBe(400)
  })

  it('201 with an error that names no object: nothing applied, or all of it', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'unindexed_error', type: 'bad batch' })
    const answer = await post(sandbox, send)
    expect([answer.status, answer.body]).toEqual([
      201,
      { message: 'success', errors: [{ type: 'bad batch' }] },
    ])
    expect(sandbox.profiles()).toEqual([])
    sandbox.faults.inject({ kind: 'unindexed_error', applied: true })
    await post(sandbox, send)
    expect(sandbox.profiles()).toHaveLength(1)
  })
})

describe('faults that look at objects', () => {
  it('refuse a whole request that holds a bad object, as often as it comes', async () => {
    const sandbox = await openSandbox()
    const bad = (object: { readonly external_id?: unknown }) => object.external_id === 'p3'
    sandbox.faults.inject({ kind: 'status', status: 400, object: bad })
    expect((await post(sandbox, { attributes: people(5) })).status).toBe(400)
    expect((await post(sandbox, { attributes: people(3) })).status).toBe(201)
    expect((await post(sandbox, { attributes: people(1, 3) })).status).toBe(400)
    expect(sandbox.profiles()).toHaveLength(3)
  })

  it('refuse single objects in the words they were given', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'refuse', type: 'EMAIL_BAD_FORMAT', object: { attribute: 'n', equals: 1 } })
    const answer = await post(sandbox, { attributes: people(3) })
    expect(answer.body).toEqual({
      message: 'success',
      attributes_processed: 2,
      errors: [{ type: 'EMAIL_BAD_FORMAT', input_array: 'attributes', index: 1 }],
    })
    expect(sandbox.profiles().map((profile) => profile.externalId)).toEqual(['p0', 'p2'])
  })

  it.each([
    [{ external_id: 'a' }, true],
    [{ external_id: 'b' }, false],
    [{ attribute: 'vip' }, true],
    [{ attribute: 'constructor' }, false],
    [{ attribute: 'vip', equals: true }, true],
    [{ attribute: 'vip', equals: 'true' }, false],
    [{ attribute: 'vip', pattern: '^tr' }, true],
    [{ external_id: 'a', attribute: 'vip', equals: false }, false],
    [{}, false],
  ])('%j matches: %s', async (object, matches) => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'refuse', object })
    expect((await post(sandbox, send)).status).toBe(matches ? 400 : 201)
  })
})

describe('broken connections', () => {
  it.each([
    [undefined, 0],
    ['before', 0],
    ['after', 1],
    ['midway', 1],
  ] as const)('dropped %s: %i profiles applied', async (when, applied) => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'drop', ...(when === undefined ? {} : { when }) })
    await expect(post(sandbox, send)).rejects.toThrow()
    expect(sandbox.profiles()).toHaveLength(applied)
    expect(sandbox.requests.map((request) => request.status)).toEqual([0])
    expect((await post(sandbox, send)).status).toBe(201)
  })
})

describe('waiting', () => {
  it('holds a request until it is released, then applies it', async () => {
    const sandbox = await openSandbox()
    const hold = sandbox.faults.inject({ kind: 'hold' })
    const answer = post(sandbox, send)
    await hold.whenHit()
    expect([hold.held(), sandbox.profiles()]).toEqual([1, []])
    hold.release()
    expect((await answer).status).toBe(201)
    expect([hold.held(), sandbox.profiles().length]).toEqual([0, 1])
  })

  it('can hold the answer alone', async () => {
    const sandbox = await openSandbox()
    const hold = sandbox.faults.inject({ kind: 'hold', when: 'after' })
    const sender = new AbortController()
    const answer = post(sandbox, send, { signal: sender.signal })
    await hold.whenHit()
    await expect.poll(() => sandbox.profiles().length).toBe(1)
    sender.abort()
    await expect(answer).rejects.toThrow()
  })

  it('applies a held request late, although its sender gave up', async () => {
    const sandbox = await openSandbox()
    const hold = sandbox.faults.inject({ kind: 'hold' })
    const sender = new AbortController()
    const answer = post(sandbox, { attributes: [{ external_id: 'a', n: 'late' }] }, { signal: sender.signal })
    await hold.whenHit()
    sender.abort()
    await expect(answer).rejects.toThrow()
    await post(sandbox, { attributes: [{ external_id: 'a', n: 'soon' }] })
    expect(sandbox.profile('a')?.attributes).toEqual({ n: 'soon' })
    hold.release()
    await expect.poll(() => sandbox.profile('a')?.attributes).toEqual({ n: 'late' })
  })

  it('delays', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'delay', ms: 30 })
    const before = performance.now()
    expect((await post(sandbox, send)).status).toBe(201)
    expect(performance.now() - before).toBeGreaterThanOrEqual(29)
  })

  it('ends with the sandbox, nothing applied', async () => {
    const sandbox = await openSandbox()
    const hold = sandbox.faults.inject({ kind: 'hold' })
    const answer = post(sandbox, send).then(
      () => 'answered',
      () => 'dropped',
    )
    await hold.whenHit()
    await sandbox.close()
    expect([await answer, sandbox.profiles()]).toEqual(['dropped', []])
  })
})

describe('aim', () => {
  it('is /users/track unless told otherwise', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'status', status: 500 })
    const ask = { external_ids: ['a'], fields_to_export: ['email'] }
    expect((await post(sandbox, ask, { path: '/users/export/ids' })).status).toBe(201)
    sandbox.faults.clear()
    sandbox.faults.inject({ kind: 'status', status: 500, path: '*' })
    expect((await post(sandbox, ask, { path: '/users/export/ids' })).status).toBe(500)
  })

  it('is gone after remove', async () => {
    const sandbox = await openSandbox()
    const fault = sandbox.faults.inject({ kind: 'status', status: 500, times: 'always' })
    await post(sandbox, send)
    fault.remove()
    expect((await post(sandbox, send)).status).toBe(201)
  })
})
