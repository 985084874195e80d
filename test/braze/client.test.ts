import { describe, expect, it } from 'vitest'
import { openBraze } from '../../src/braze/client.ts'
import { LeaseLostError } from '../../src/model/errors.ts'
import { silentLog } from '../../src/model/log.ts'
import { fakeClock } from './support/clock.ts'
import { batchOf, KEY, open, people } from './support/open.ts'
import { ANSWERED, failure } from './support/outcome.ts'
import { HANG, SUCCESS, startStub } from './support/stub-server.ts'

describe('a request', () => {
  it('is a POST to /users/track with the objects as they were handed over', async () => {
    const stub = await startStub(() => SUCCESS)
    const { braze } = open(stub.endpoint)
    const objects = '{"external_id":"a","n":9007199254740993,"f":1.0} ,{"external_id":"b"}'
    const signal = new AbortController().signal
    expect(
      await braze.send({ objects, count: 2 }, { signal, mayLeave: () => true, mayCreate: () => true }),
    ).toEqual(ANSWERED)
    const [request] = stub.received
    expect(request?.text).toBe(`{"attributes":[${objects}]}`)
    expect(request).toMatchObject({ method: 'POST', path: '/users/track' })
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      'user-agent': 'brazier/9.8.7',
    })
    expect(request?.headers['content-encoding']).toBeUndefined()
    expect(braze.stats()).toEqual({ requests: 1, statuses: { 201: 1 }, pace: 1000, throttled: 0 })
  })

  it('is split before it is sent where it would be too large', async () => {
    const stub = await startStub(() => SUCCESS)
    const { send } = open(stub.endpoint)
    const objects = people(5).map((person) => ({ ...person, note: 'é'.repeat(700_000) }))
    expect(await send(objects)).toEqual(ANSWERED)
    expect(stub.received.map((request) => request.objects.length)).toEqual([2, 2, 1])
    for (const { text } of stub.received) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_000_000)
  })

  it('is not sent for an object that is too large alone; the others of its batch are', async () => {
    const stub = await startStub(() => SUCCESS)
    const { send } = open(stub.endpoint)
    const [first, second, third] = people(3)
    expect(await send([first!, { ...second, note: 'x'.repeat(4_000_000) }, third!])).toEqual({
      kind: 'answered',
      refusals: [{ index: 1, attributes: [], reason: 'the object is larger than a request may be (4 MB)' }],
    })
    expect(stub.received.flatMap((request) => request.objects.map((object) => object.external_id))).toEqual([
      'p0',
      'p2',
    ])
  })

  it('keeps many batches in flight, and no more than there are connections', async () => {
    const stub = await startStub(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return SUCCESS
    })
    const { send, braze } = open(stub.endpoint, { maxConnections: 5 })
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => send(people(2))))
    expect(outcomes).toEqual(Array(60).fill(ANSWERED))
    expect(stub.peak()).toBeGreaterThan(1)
    expect(stub.peak()).toBeLessThanOrEqual(5)
    expect(braze.stats().requests).toBe(60)
  })
})

describe('stopping', () => {
  it('rejects what waits at once, and lets what is in flight finish', async () => {
    let answer: (() => void) | undefined
    const arrived = Promise.withResolvers<void>()
    const stub = await startStub(async () => {
      arrived.resolve()
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return SUCCESS
    })
    const { send } = open(stub.endpoint, { maxConnections: 1 })
    const stop = new AbortController()
    const inFlight = send(people(1), { signal: stop.signal })
    await arrived.promise
    const waiting = send(people(1), { signal: stop.signal })
    const reason = new Error('SIGTERM')
    stop.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    answer?.()
    expect(await inFlight).toEqual(ANSWERED)
    await expect(send(people(1), { signal: stop.signal })).rejects.toBe(reason)
    expect(stub.received).toHaveLength(1)
  })

  it('interrupts a wait, and starts no second half', async () => {
    const clock = { ...fakeClock(), sleep: () => new Promise<void>(() => {}) }
    const stub = await startStub((_, number) => (number === 1 ? { status: 503 } : { status: 400, body: {} }))
    const { send } = open(stub.endpoint, {}, clock)
    const stop = new AbortController()
    const waiting = send(people(1), { signal: stop.signal })
    while (stub.received.length < 1) await new Promise((resolve) => setImmediate(resolve))
    stop.abort('enough')
    expect(await failure(waiting)).toMatchObject({ cause: 'enough', mayHaveArrived: true })
  })

  it('gives back what waits for a 429: it cannot have arrived', async () => {
    const clock = { ...fakeClock(), sleep: () => new Promise<void>(() => {}) }
    const stub = await startStub(() => ({ status: 429, headers: { 'X-Ratelimit-Retry-After': '3600' } }))
    const { send, braze } = open(stub.endpoint, {}, clock)
    const stop = new AbortController()
    const waiting = [send(people(1), { signal: stop.signal }), send(people(1), { signal: stop.signal })]
    while (braze.stats().throttled < 1) await new Promise((resolve) => setImmediate(resolve))
    stop.abort('enough')
    expect(await Promise.allSettled(waiting)).toEqual(
      waiting.map(() => ({ status: 'rejected', reason: 'enough' })),
    )
  })

  it('says that Braze is out of reach where it is, whoever waits', async () => {
    const stub = await startStub(() => ({ status: 503 }))
    const clock = fakeClock()
    const stop = new AbortController()
    const { send } = open(
      stub.endpoint,
      {},
      {
        ...clock,
        sleep: async (ms, signal) => {
          await clock.sleep(ms, signal)
          if (stub.received.length >= 8) stop.abort('enough')
        },
      },
    )
    const error = await failure(send(people(1), { signal: stop.signal }))
    expect(error.message).toMatch(
      /gave no usable answer for \d+ seconds when sending was stopped \(8 requests/,
    )
    expect([error.mayHaveArrived, error.cause]).toEqual([true, undefined])
  })

  it('asks before every request, and sends nothing once the lease is lost', async () => {
    const stub = await startStub(() => ({ status: 400, body: {} }))
    const { send } = open(stub.endpoint)
    let asked = 0
    const lost = send(people(4), { mayLeave: () => ++asked <= 2 })
    await expect(lost).rejects.toBeInstanceOf(LeaseLostError)
    expect(asked).toBe(3)
    expect(stub.received).toHaveLength(2)
    await expect(send(people(1), { mayLeave: () => false })).rejects.toThrow(/nothing more is sent/)
    expect(stub.received).toHaveLength(2)
  })

  it('ends at once on close, also for what is in flight', async () => {
    const stub = await startStub(() => HANG)
    const { send, braze } = open(stub.endpoint, { maxConnections: 1 })
    const inFlight = failure(send(people(1)))
    while (stub.received.length < 1) await new Promise((resolve) => setImmediate(resolve))
    const waiting = failure(send(people(1)))
    await braze.close()
    expect((await waiting).mayHaveArrived).toBe(false)
    expect((await inFlight).mayHaveArrived).toBe(true)
    expect((await failure(send(people(1)))).message).toMatch(/closed by us/)
  })
})

describe('opening', () => {
  const settings = {
    endpoint: 'http://127.0.0.1:1',
    workspace: 'test',
    requestsPerSecond: 1,
    reserve: 0,
    objectsPerRequest: 75,
    requestTimeoutSeconds: 1,
    giveUpAfterSeconds: 1,
    maxConnections: 1,
  }

  it.each([
    [{}, /There is no API key/],
    [{ apiKey: '' }, /There is no API key/],
    [{ apiKey: 'abc\n' }, /holds a blank or a character/],
  ])('refuses %j', (key, message) => {
    expect(() => openBraze({ ...settings, ...key }, { log: silentLog, version: '1' })).toThrow(message)
  })

  it('waits by a real clock where none is given', async () => {
    const stub = await startStub((_, number) => (number === 1 ? { status: 503 } : SUCCESS))
    const real = {
      ...settings,
      endpoint: stub.endpoint,
      apiKey: KEY,
      requestsPerSecond: 100,
      requestTimeoutSeconds: 5,
    }
    const braze = openBraze(
      { ...real, giveUpAfterSeconds: 60 },
      { log: silentLog, version: '1', random: () => 0 },
    )
    const signal = new AbortController().signal
    expect(
      await braze.send(batchOf(people(1)), { signal, mayLeave: () => true, mayCreate: () => true }),
    ).toEqual(ANSWERED)
    await braze.close()
  })
})
