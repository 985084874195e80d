// What is counted of a sender's habits: cost, traffic, and the mistakes that Braze never mentions.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InFlight } from '../../src/sandbox/in-flight.ts'
import { openSandbox, people, post } from './talk.ts'

describe('traffic', () => {
  it('is counted by status, in requests and objects', async () => {
    const sandbox = await openSandbox()
    sandbox.faults.inject({ kind: 'status', status: 503 })
    sandbox.faults.inject({ kind: 'drop', when: 'after' })
    await post(sandbox, { attributes: people(3) })
    await expect(post(sandbox, { attributes: people(4) })).rejects.toThrow()
    await post(sandbox, { attributes: [...people(2), { n: 1 }] })
    expect(sandbox.meter).toMatchObject({
      requests: 3,
      statuses: { 0: 1, 201: 1, 503: 1 },
      objects: 10,
      objectsByStatus: { 0: 4, 201: 3, 503: 3 },
      objectsAccepted: 6,
      objectsRefused: 1,
      profilesCreated: 4,
      dataPoints: 6,
    })
  })

  it('is logged request by request, with bodies when asked', async () => {
    const sandbox = await openSandbox({ keepBodies: true, now: () => 5 })
    const text = '{"attributes":[{"external_id":"a","n":9007199254740993}]}'
    await post(sandbox, text, { headers: { 'user-agent': 'brazier/1' } })
    expect(sandbox.requests).toEqual([
      {
        number: 1,
        method: 'POST',
        path: '/users/track',
        status: 201,
        objects: 1,
        bytes: text.length,
        at: 5,
        userAgent: 'brazier/1',
        body: { attributes: [{ external_id: 'a', n: 9007199254740993n }] },
        text,
      },
    ])
  })

  it('keeps no body unless asked', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: people(1) })
    expect(Object.keys(sandbox.requests[0] ?? {})).not.toContain('body')
  })
})

describe('mistakes', () => {
  it('counts a person twice among the attributes of a request, by any spelling of an address', async () => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, {
      attributes: [
        { external_id: 'a', n: 1 },
        { external_id: 'a', m: 1 },
        { email: 'x@example.com' },
        { email: 'X@example.com' },
      ],
      events: [{ external_id: 'a', name: 'seen', time: '2024-01-31T10:00:00Z' }],
    })
    expect(answer.status).toBe(201)
    expect(sandbox.meter.duplicatesInRequest).toBe(2)
  })

  it('counts a name that stands twice in an object; the last one wins', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, '{"attributes":[{"external_id":"a","n":1,"n":2}]}')
    expect(sandbox.meter.duplicateKeys).toBe(1)
    expect(sandbox.profile('a')?.attributes).toEqual({ n: 2 })
  })
})

describe('the same person in two requests at once', () => {
  it('is counted while the first one has no answer', async () => {
    const sandbox = await openSandbox()
    const hold = sandbox.faults.inject({ kind: 'hold' })
    const first = post(sandbox, { attributes: people(3) })
    await hold.whenHit()
    await post(sandbox, { attributes: people(3, 1) })
    hold.release()
    await first
    expect(sandbox.meter.concurrentSamePerson).toBe(2)
    expect(sandbox.meter.highestInFlight).toBe(2)
  })

  it('is counted when both are sent in one breath', async () => {
    const sandbox = await openSandbox({ latencyMs: 25 })
    await Promise.all([post(sandbox, { attributes: people(1) }), post(sandbox, { attributes: people(1) })])
    expect(sandbox.meter.concurrentSamePerson).toBe(1)
  })

  it('is not counted one after the other, nor for different people, nor after a failure', async () => {
    const sandbox = await openSandbox({ latencyMs: 2 })
    sandbox.faults.inject({ kind: 'status', status: 500 })
    for (let n = 0; n < 20; n += 1) await post(sandbox, { attributes: people(3) })
    await Promise.all([0, 10, 20, 30].map((from) => post(sandbox, { attributes: people(10, from) })))
    expect(sandbox.meter.concurrentSamePerson).toBe(0)
    expect(sandbox.meter.highestInFlight).toBeGreaterThan(1)
  })

  it('is not counted once the first sender has gone away', async () => {
    const sandbox = await openSandbox()
    const hold = sandbox.faults.inject({ kind: 'hold' })
    const sender = new AbortController()
    const first = post(sandbox, { attributes: people(1) }, { signal: sender.signal })
    await hold.whenHit()
    sender.abort()
    await expect(first).rejects.toThrow()
    await post(sandbox, { attributes: people(1) })
    expect(sandbox.meter.concurrentSamePerson).toBe(0)
  })

  it('is found exactly when the spans of two requests overlap, whenever their bodies were read', () => {
    const span = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(span, { minLength: 2, maxLength: 5 }), (spans) => {
        const inFlight = new InFlight()
        const steps = spans.flatMap((times, index) => {
          const [begin = 0, read = 0, end = 0] = times
            .toSorted((a, b) => a - b)
            .map((time) => time * 10 + index)
          const flight = {
            begun: undefined as ReturnType<InFlight['begin']> | undefined,
            begin,
            end,
            shared: 0,
          }
          return [
            { at: begin, flight, run: () => (flight.begun = inFlight.begin()) },
            { at: read, flight, run: () => (flight.shared = inFlight.carry(flight.begun!, new Set(['a']))) },
            { at: end, flight, run: () => inFlight.end(flight.begun!) },
          ]
        })
        for (const step of steps.toSorted((a, b) => a.at - b.at)) step.run()
        const flights = [...new Set(steps.map((step) => step.flight))]
        const overlaps = flights.filter((one) =>
          flights.some((other) => other !== one && one.begin < other.end && other.begin < one.end),
        )
        const found = flights.filter((flight) => flight.shared > 0)
        // Whoever is read first of two sees nothing yet; the other one must see it.
        expect(found.every((flight) => overlaps.includes(flight))).toBe(true)
        expect(found.length > 0).toBe(overlaps.length > 0)
        expect(inFlight.count).toBe(0)
      }),
    )
  })
})
