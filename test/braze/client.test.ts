import { describe, expect, it } from 'vitest'
import { openBraze } from '../../src/braze/client.ts'
import { BrazeError, LeaseLostError } from '../../src/model/errors.ts'
import { silentLog } from '../../src/model/log.ts'
import { fakeClock } from './support/clock.ts'
import { batchOf, KEY, open, people, WALL_NOW } from './support/open.ts'
import { HANG, RESET, refusing, SUCCESS, startStub } from './support/stub-server.ts'

const ANSWERED = { kind: 'answered', refusals: [] }

async function failure(promise: Promise<unknown>): Promise<BrazeError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof BrazeError)) throw new Error(`expected a BrazeError, got ${String(thrown)}`)
  return thrown
}

describe('a request', () => {
  it('is a POST to /users/track with the objects as they were handed over', async () => {
    const stub = await startStub(() => SUCCESS)
    const { braze } = open(stub.endpoint)
    const objects = '{"external_id":"a","n":9007199254740993,"f":1.0} ,{"external_id":"b"}'
    const signal = new AbortController().signal
    expect(await braze.send({ objects, count: 2 }, { signal, mayLeave: () => true })).toEqual(ANSWERED)
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

describe('refused objects', () => {
  it('are told by index, with a reason that holds no value', async () => {
    const stub = await startStub(() =>
      refusing({ index: 1, type: "'p1' is not valid" }, { index: 3, type: 'value gold-42 of p3 is odd' }),
    )
    const { send } = open(stub.endpoint)
    const objects = people(5).map((person) => ({ ...person, tier: 'gold-42' }))
    expect(await send(objects)).toEqual({
      kind: 'answered',
      refusals: [
        { index: 1, attributes: [], reason: "'…' is not valid" },
        { index: 3, attributes: [], reason: 'value … of … is odd' },
      ],
    })
    expect(stub.received).toHaveLength(1)
  })

  it('of a 400 that lists them leave the others to be sent again', async () => {
    const stub = await startStub((_, number) => {
      const { body } = refusing({ index: 0, type: 'bad' }, { index: 2, type: 'bad' })
      return number === 1 ? { status: 400, body } : SUCCESS
    })
    const { send } = open(stub.endpoint)
    const outcome = await send(people(4))
    expect(outcome).toMatchObject({ refusals: [{ index: 0 }, { index: 2 }] })
    expect(stub.received[1]?.objects.map(({ external_id }) => external_id)).toEqual(['p1', 'p3'])
  })

  it('of a 400 that lists all of them need no second request', async () => {
    const stub = await startStub(() => ({
      status: 400,
      body: refusing({ index: 0, type: 'bad' }, { index: 1, type: 'bad' }).body,
    }))
    const { send } = open(stub.endpoint)
    expect(await send(people(2))).toMatchObject({ kind: 'answered', refusals: [{ index: 0 }, { index: 1 }] })
    expect(stub.received).toHaveLength(1)
  })

  it.each([
    ['a whole 400', { status: 400, body: { message: 'Bad Request' } }, 'Bad Request'],
    [
      'a 413',
      { status: 413, body: '<html>too large</html>' },
      'Braze says the object is too large (HTTP 413)',
    ],
    ['a 422', { status: 422, body: {} }, 'HTTP 422 without a reason'],
    [
      'an error without an index',
      { status: 201, body: { message: 'success', errors: [{ type: 'odd' }] } },
      'odd',
    ],
    [
      'an index that is none of ours',
      {
        status: 201,
        body: { message: 'success', errors: [{ index: 70, input_array: 'attributes', type: 'odd' }] },
      },
      'odd',
    ],
  ])('are found by halving after %s', async (_, said, reason) => {
    const stub = await startStub(({ objects }) =>
      objects.some(({ external_id }) => external_id === 'p5') ? said : SUCCESS,
    )
    const { send } = open(stub.endpoint)
    expect(await send(people(8))).toEqual({
      kind: 'answered',
      refusals: [{ index: 5, attributes: [], reason }],
    })
    expect(stub.received.map(({ objects }) => objects.length)).toEqual([8, 4, 4, 2, 1, 1, 2])
    expect(stub.peak()).toBe(1)
  })
})

describe('a refused person', () => {
  const badMail = (request: { objects: readonly Record<string, unknown>[] }) =>
    refusing(
      ...request.objects.flatMap(({ email }, index) =>
        email === 'nonsense'
          ? [{ index, type: "The value provided for the 'email' field is not a valid email." }]
          : [],
      ),
    )

  it('is sent again in parts: only the bad field stays refused', async () => {
    const stub = await startStub((request) => badMail(request))
    const { send } = open(stub.endpoint)
    const [first, second] = people(2)
    const bad = {
      external_id: 'bad',
      _update_existing_only: false,
      vip: true,
      email: 'nonsense',
      phone: '+491',
    }
    expect(await send([first!, bad, second!])).toEqual({
      kind: 'answered',
      refusals: [
        {
          index: 1,
          attributes: ['email'],
          reason: "The value provided for the 'email' field is not a valid email.",
        },
      ],
    })
    const identity = { external_id: 'bad', _update_existing_only: false }
    expect(stub.received.slice(1).map(({ objects }) => objects)).toEqual([
      [{ ...identity, vip: true }],
      [{ ...identity, email: 'nonsense' }],
      [{ ...identity, phone: '+491' }],
    ])
    expect(stub.peak()).toBe(1)
  })

  it('shares each part with the other refused ones of the batch', async () => {
    const stub = await startStub((request) => badMail(request))
    const { send } = open(stub.endpoint)
    const outcome = await send([
      { external_id: 'a', vip: true, email: 'nonsense' },
      { external_id: 'b', email: 'fine@example.com' },
      { external_id: 'c', phone: '1', email: 'nonsense' },
      { external_id: 'd', email: 'nonsense' },
    ])
    expect(outcome).toMatchObject({
      refusals: [
        { index: 0, attributes: ['email'] },
        { index: 2, attributes: ['email'] },
        { index: 3, attributes: ['email'] },
      ],
    })
    expect(stub.received.slice(1).map(({ objects }) => objects)).toEqual([
      [{ external_id: 'a', vip: true }],
      [
        { external_id: 'a', email: 'nonsense' },
        { external_id: 'c', email: 'nonsense' },
      ],
      [{ external_id: 'c', phone: '1' }],
    ])
  })

  it('whose identity is refused is refused as a whole, and its fields are not tried', async () => {
    const stub = await startStub(({ objects }) =>
      refusing(
        ...objects.flatMap(({ external_id }, index) =>
          external_id === 'blocked'
            ? [{ index, type: 'provided external_id is blacklisted and disallowed' }]
            : [],
        ),
      ),
    )
    const { send } = open(stub.endpoint)
    const outcome = await send([
      { external_id: 'blocked', vip: true, email: 'x@example.com' },
      { external_id: 'p1', vip: true },
    ])
    expect(outcome).toEqual({
      kind: 'answered',
      refusals: [{ index: 0, attributes: [], reason: 'provided external_id is blacklisted and disallowed' }],
    })
    expect(stub.received).toHaveLength(2)
  })

  it('keeps one refusal for several bad fields, each with its words', async () => {
    const stub = await startStub(({ objects }) =>
      refusing(
        ...objects.flatMap((object, index) =>
          'email' in object || 'phone' in object
            ? [{ index, type: 'email' in object ? 'bad mail' : 'bad phone' }]
            : [],
        ),
      ),
    )
    const { send } = open(stub.endpoint)
    expect(await send([{ external_id: 'a', vip: true, email: 'x', phone: '1' }])).toEqual({
      kind: 'answered',
      refusals: [{ index: 0, attributes: ['email', 'phone'], reason: 'email: bad mail; phone: bad phone' }],
    })
  })

  it('is found in the parts by halving, too', async () => {
    const stub = await startStub((request) =>
      badMail(request).body !== undefined && request.objects.some(({ email }) => email === 'nonsense')
        ? { status: 400, body: { message: 'Bad Request' } }
        : SUCCESS,
    )
    const { send } = open(stub.endpoint)
    const objects = people(4).map((person) => ({ ...person, email: 'fine@example.com' }))
    objects[2] = { ...objects[2]!, email: 'nonsense' }
    expect(await send(objects)).toEqual({
      kind: 'answered',
      refusals: [{ index: 2, attributes: ['email'], reason: 'Bad Request' }],
    })
  })

  it('law 6: no request of a batch carries a person twice, and none leaves beside another', async () => {
    const stub = await startStub(({ objects }) =>
      objects.length > 5 ? { status: 422, body: {} } : refusing({ index: 0, type: 'bad' }),
    )
    const { send } = open(stub.endpoint)
    await send(
      people(20).map((person) => ({ ...person, email: 'x', phone: '1', email_subscribe: 'opted_in' })),
    )
    for (const { objects } of stub.received) {
      expect(new Set(objects.map(({ external_id }) => external_id)).size).toBe(objects.length)
    }
    expect(stub.received).toHaveLength(11)
    expect(stub.peak()).toBe(1)
  })
})

describe('a 429', () => {
  it.each([
    ['X-Ratelimit-Retry-After', { 'X-Ratelimit-Retry-After': '7' }, 7_000],
    ['a reset in seconds', { 'X-RateLimit-Reset': '12' }, 12_000],
    ['a reset as an epoch', { 'X-RateLimit-Reset': String(WALL_NOW / 1000 + 3) }, 3_000],
    ['nothing', {}, 750],
  ])('is waited out as %s says', async (_, headers, wait) => {
    const stub = await startStub((_request, number) =>
      number === 1 ? { status: 429, headers, body: {} } : SUCCESS,
    )
    const { send, clock, braze } = open(stub.endpoint)
    expect(await send(people(1))).toEqual(ANSWERED)
    expect(clock.slept[0]).toBe(wait)
    expect(braze.stats()).toMatchObject({ requests: 2, statuses: { 201: 1, 429: 1 }, throttled: 1 })
  })

  it('is no failure, however long it goes on', async () => {
    const stub = await startStub((_request, number) =>
      number < 20 ? { status: 429, headers: { 'X-Ratelimit-Retry-After': '3600' } } : SUCCESS,
    )
    const { send, clock } = open(stub.endpoint, { giveUpAfterSeconds: 60 })
    expect(await send(people(1))).toEqual(ANSWERED)
    expect(clock.now()).toBeGreaterThan(19 * 3_600_000)
  })

  it('slows the next requests down to what the headers leave', async () => {
    const headers = {
      'X-RateLimit-Limit': '1000',
      'X-RateLimit-Remaining': '560',
      'X-RateLimit-Reset': '3600',
    }
    const stub = await startStub(() => ({ ...SUCCESS, headers }))
    const { send, braze, clock } = open(stub.endpoint)
    await send(people(1))
    // 560 left, 200 of them for others: 360 in an hour.
    expect(braze.stats().pace).toBeCloseTo(0.1)
    await send(people(1))
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(9_000)
  })
})

describe('trouble that passes', () => {
  it.each([500, 502, 503, 504, 408])('a %i is tried again', async (status) => {
    const stub = await startStub((_, number) => (number < 3 ? { status, body: 'oops' } : SUCCESS))
    const { send, clock, braze } = open(stub.endpoint)
    expect(await send(people(2))).toEqual(ANSWERED)
    expect(braze.stats().statuses).toEqual({ [status]: 2, 201: 1 })
    expect(clock.slept.slice(0, 2)).toEqual([375, 750])
  })

  it('a connection that is cut before the reply is tried again', async () => {
    const stub = await startStub((_, number) => (number === 1 ? RESET : SUCCESS))
    const { send, braze } = open(stub.endpoint)
    expect(await send(people(1))).toEqual(ANSWERED)
    expect(braze.stats()).toMatchObject({ requests: 2, statuses: { 0: 1, 201: 1 } })
  })

  it('no reply in time is tried again', async () => {
    const stub = await startStub((_, number) => (number === 1 ? HANG : SUCCESS))
    const { send, braze } = open(stub.endpoint, { requestTimeoutSeconds: 0.1 })
    expect(await send(people(1))).toEqual(ANSWERED)
    expect(braze.stats().statuses).toEqual({ 0: 1, 201: 1 })
  })
})

describe('giving up', () => {
  it('ends all batches together when Braze is out of reach for too long', async () => {
    const stub = await startStub(() => ({ status: 503, body: '' }))
    const { send, clock } = open(stub.endpoint)
    const from = clock.now()
    const errors = await Promise.all(Array.from({ length: 30 }, () => failure(send(people(1)))))
    expect(errors[0]?.message).toMatch(
      /^Braze at 127\.0\.0\.1:\d+ gave no usable answer for 1\d minutes: HTTP 503 \(\d+ requests failed\)$/,
    )
    expect(errors[0]?.hint).toMatch(/next run/)
    expect(clock.now() - from).toBeGreaterThanOrEqual(600_000)
    expect(clock.now() - from).toBeLessThan(700_000)
    // Not hammered: after the first ones, two at a time and ever more slowly.
    expect(stub.received.length).toBeLessThan(150)
    // Those that never left are known never to have arrived.
    expect(new Set(errors.map(({ mayHaveArrived }) => mayHaveArrived))).toContain(true)
  })

  it('knows that nothing arrived where no connection came about', async () => {
    const stub = await startStub(() => SUCCESS)
    const { send } = open(`http://127.0.0.1:${new URL(stub.endpoint).port === '1' ? 2 : 1}`, {
      giveUpAfterSeconds: 30,
    })
    const error = await failure(send(people(1)))
    expect(error.message).toMatch(/seconds: the connection was refused \(ECONNREFUSED\)/)
    expect(error.mayHaveArrived).toBe(false)
  })

  it('counts a batch as one that may have arrived once a request was lost', async () => {
    const stub = await startStub(() => RESET)
    const { send } = open(stub.endpoint, { giveUpAfterSeconds: 30 })
    const error = await failure(send(people(1)))
    expect(error.message).toMatch(/the connection was lost/)
    expect(error.mayHaveArrived).toBe(true)
  })

  it('takes a batch that makes Braze fail for unknown, while others get through', async () => {
    const stub = await startStub(({ objects }) => (objects.length === 3 ? { status: 500 } : SUCCESS))
    const { send } = open(stub.endpoint, { giveUpAfterSeconds: 60 })
    let done = false
    const poisoned = send(people(3)).finally(() => {
      done = true
    })
    while (!done) expect(await send(people(1))).toEqual(ANSWERED)
    expect(await poisoned).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(
        /^Braze failed on this batch for .* and took others meanwhile: HTTP 500$/,
      ),
    })
  })

  it.each([
    [401, /did not accept the API key/],
    [403, /does not let this API key write users/],
    [404, /has no \/users\/track/],
    [302, /answered with a redirect/],
    [418, /refused the request as a whole/],
  ])('stops at once for a %i, without the key in any word', async (status, message) => {
    const stub = await startStub(() => ({
      status,
      headers: { location: `https://elsewhere.example/${KEY}` },
      body: { message: `Invalid API key: ${KEY}` },
    }))
    const { send } = open(stub.endpoint)
    const error = await failure(send(people(1)))
    expect(error.message).toMatch(message)
    expect(error.mayHaveArrived).toBe(false)
    expect(`${error.message} ${error.hint} ${error.stack} ${JSON.stringify(error)}`).not.toContain(KEY)
    expect(stub.received).toHaveLength(1)
  })

  it('turns away the batches that wait when Braze refuses us', async () => {
    const stub = await startStub(() => ({ status: 401, body: {} }))
    const { send } = open(stub.endpoint, { maxConnections: 2 })
    const errors = await Promise.all(Array.from({ length: 20 }, () => failure(send(people(1)))))
    expect(errors.every(({ message }) => message.includes('HTTP 401'))).toBe(true)
    expect(stub.received.length).toBeLessThanOrEqual(2)
  })

  it('puts the whole batch in doubt when Braze refuses us after a part of it was taken', async () => {
    const stub = await startStub((_, number) =>
      number === 1 ? { status: 400, body: {} } : number === 2 ? SUCCESS : { status: 403, body: {} },
    )
    const { send } = open(stub.endpoint)
    const error = await failure(send(people(2)))
    expect(error.message).toMatch(/HTTP 403/)
    expect(error.hint).toMatch(/users\.track/)
    expect(error.mayHaveArrived).toBe(true)
  })
})

describe('replies that are not understood', () => {
  it('make a batch unknown after three more tries, and never accepted', async () => {
    const stub = await startStub(() => ({ status: 200, body: '<html>Sign in</html>' }))
    const { send } = open(stub.endpoint)
    expect(await send(people(3))).toEqual({
      kind: 'unknown',
      reason: "Braze's reply is not understood: HTTP 200 with a body that is not a JSON object",
    })
    expect(stub.received).toHaveLength(4)
  })

  it('are forgotten once one is understood', async () => {
    const stub = await startStub((_, number) => (number < 3 ? { status: 200, body: '{' } : SUCCESS))
    const { send } = open(stub.endpoint)
    expect(await send(people(3))).toEqual(ANSWERED)
  })

  it('end the sending after ten batches in a row', async () => {
    let sane = false
    const stub = await startStub(() => (sane ? SUCCESS : { status: 200, body: 'hello' }))
    const { send } = open(stub.endpoint)
    for (let batch = 0; batch < 9; batch++) expect(await send(people(1))).toMatchObject({ kind: 'unknown' })
    sane = true
    expect(await send(people(1))).toEqual(ANSWERED)
    sane = false
    for (let batch = 0; batch < 9; batch++) expect(await send(people(1))).toMatchObject({ kind: 'unknown' })
    const error = await failure(send(people(1)))
    expect(error.message).toMatch(/replies are not understood, 10 batches in a row/)
    expect(error.hint).toMatch(/something between us/)
    expect(error.mayHaveArrived).toBe(true)
  })

  it('are cut where they are too long for Braze', async () => {
    const stub = await startStub((_, number) =>
      number === 1
        ? { status: 200, body: JSON.stringify({ message: 'success', more: 'x'.repeat(1_100_000) }) }
        : SUCCESS,
    )
    const { send, braze } = open(stub.endpoint)
    expect(await send(people(1))).toEqual(ANSWERED)
    expect(braze.stats().statuses).toEqual({ 200: 1, 201: 1 })
  })

  it('except "queued", which a 202 may say', async () => {
    const stub = await startStub(() => ({ status: 202, body: { message: 'queued' } }))
    const { send } = open(stub.endpoint)
    expect(await send(people(1))).toEqual(ANSWERED)
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
    await expect(waiting).rejects.toBe('enough')
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
    expect(await braze.send(batchOf(people(1)), { signal, mayLeave: () => true })).toEqual(ANSWERED)
    await braze.close()
  })
})
