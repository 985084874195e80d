import { describe, expect, it } from 'vitest'
import { KEY, open, people, WALL_NOW } from './support/open.ts'
import { ANSWERED, failure } from './support/outcome.ts'
import { DRIBBLE, HANG, RESET, SUCCESS, startStub } from './support/stub-server.ts'

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

  it('a reply that never ends is cut in time: the lease holds for no longer', async () => {
    const stub = await startStub((_, number) => (number === 1 ? DRIBBLE : SUCCESS))
    const { send, braze } = open(stub.endpoint, { requestTimeoutSeconds: 0.1 })
    expect(await send(people(1))).toEqual(ANSWERED)
    expect(braze.stats().statuses).toEqual({ 0: 1, 201: 1 })
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
    expect(error.message).toMatch(
      /seconds: the connection was refused \(ECONNREFUSED\); brazier sandbox starts a Braze here/,
    )
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
