// Events and purchases: counted, never merged, refused when they lack what they need.

import { describe, expect, it } from 'vitest'
import { openSandbox, post } from './talk.ts'

const NOW = Date.parse('2024-06-01T00:00:00Z')
const event = (more: object) => ({ external_id: 'a', name: 'seen', time: '2024-01-31T10:00:00Z', ...more })
const purchase = (more: object) => ({
  external_id: 'a',
  product_id: 'shoe',
  currency: 'EUR',
  price: 12.5,
  time: '2024-01-31T10:00:00Z',
  ...more,
})

describe('events', () => {
  it('are never deduplicated', async () => {
    const sandbox = await openSandbox({ now: () => NOW })
    await post(sandbox, { events: [event({}), event({})] })
    await post(sandbox, { events: [event({ time: '2024-01-01T00:00:00Z' })] })
    expect(sandbox.profile('a')?.events).toEqual({
      seen: {
        count: 3,
        first: Date.parse('2024-01-01T00:00:00Z'),
        last: Date.parse('2024-01-31T10:00:00Z'),
        revenue: 0,
      },
    })
    expect(sandbox.meter.dataPoints).toBe(3)
  })

  it('in the future happen now', async () => {
    const sandbox = await openSandbox({ now: () => NOW })
    await post(sandbox, { events: [event({ time: '2025-01-01T00:00:00Z' })] })
    expect(sandbox.profile('a')?.events.seen?.last).toBe(NOW)
  })

  it.each([
    ["'name' is required", { name: undefined }],
    ["'name' is required", { name: '' }],
    ["'time' must be an ISO 8601 time", { time: undefined }],
    ["'time' must be an ISO 8601 time", { time: '01/31/2024' }],
    ["Invalid 'properties' field", { properties: { time: 1 } }],
    ["Invalid 'properties' field", { properties: { event_name: 1 } }],
    ["Invalid 'properties' field", { properties: { $x: 1 } }],
    ["Invalid 'properties' field", { properties: [] }],
  ])('are refused: %s for %j', async (type, more) => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, { events: [event(more)] })
    expect(answer.body.errors).toEqual([{ type, input_array: 'events', index: 0 }])
    expect(sandbox.profiles()).toEqual([])
  })

  it('lose properties beyond 256, and refuse the request beyond 100 KB', async () => {
    const sandbox = await openSandbox()
    const properties = Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`p${n}`, n]))
    expect((await post(sandbox, { events: [event({ properties })] })).status).toBe(201)
    expect(sandbox.meter.silentDrops.reasons).toEqual({ too_many_properties: 1 })
    const nested = { list: Array.from({ length: 500 }, () => 'x'.repeat(250)) }
    const answer = await post(sandbox, {
      attributes: [{ external_id: 'b' }],
      events: [event({ properties: nested })],
    })
    expect(answer.status).toBe(400)
    expect(sandbox.profile('b')).toBeUndefined()
  })
})

describe('purchases', () => {
  it('count once for each unit, refunds included', async () => {
    const sandbox = await openSandbox({ now: () => NOW })
    const { body } = await post(sandbox, {
      purchases: [purchase({ quantity: 3 }), purchase({ price: -2.5 })],
    })
    expect(body).toEqual({ message: 'success', purchases_processed: 2 })
    expect(sandbox.profile('a')?.purchases.shoe).toMatchObject({ count: 4, revenue: 35 })
    expect(sandbox.meter.dataPoints).toBe(4)
  })

  it.each([
    ["'quantity' is not valid", { quantity: 0 }],
    ["'quantity' is not valid", { quantity: 101 }],
    ["'quantity' is not valid", { quantity: 'x' }],
    ["'quantity' is not valid", { quantity: 1.5 }],
    ["'currency' must be an ISO 4217 code", { currency: 'US' }],
    ["'price' must be a number", { price: '12' }],
    ["'product_id' is required", { product_id: '' }],
    ["Invalid 'properties' field", { properties: { price: 1 } }],
  ])('are refused: %s for %j', async (type, more) => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, { purchases: [purchase(more)] })
    expect(answer.body.errors).toEqual([{ type, input_array: 'purchases', index: 0 }])
  })
})
