// What becomes of the fields that Braze knows by name, and of what the dashboard forces or blocks.

import { describe, expect, it } from 'vitest'
import { attributesAfter, openSandbox, post } from './talk.ts'

describe('fields that Braze knows', () => {
  const fieldsAfter = async (...objects: object[]) => {
    const sandbox = await openSandbox()
    for (const object of objects) await post(sandbox, { attributes: [{ external_id: 'a', ...object }] })
    return { fields: sandbox.profile('a')?.fields, meter: sandbox.meter }
  }

  it.each([
    [{ country: 'US' }, { country: 'US' }],
    [{ country: 'germany' }, { country: 'DE' }],
    [{ time_zone: 'Europe/Berlin' }, { time_zone: 'Europe/Berlin' }],
    [{ dob: '1990-12-31' }, { dob: '1990-12-31' }],
    [{ gender: 'F' }, { gender: 'F' }],
    [{ language: 'de' }, { language: 'de' }],
    [{ first_name: 'Ada' }, { first_name: 'Ada' }],
  ])('take %j', async (sent, stored) => {
    expect((await fieldsAfter(sent)).fields).toEqual(stored)
  })

  it.each([
    [{ time_zone: 'UTC' }, { time_zone: 'Mars/X' }],
    [{ dob: '1990-12-31' }, { dob: '31/12/1990' }],
    [{ gender: 'F' }, { gender: 'X' }],
    [{ language: 'de' }, { language: 'xx' }],
    [{ first_name: 'Ada' }, { first_name: 5 }],
  ])('stay at %j when %j comes, without an error', async (before, bad) => {
    const { fields, meter } = await fieldsAfter(before, bad)
    expect(fields).toEqual(before)
    expect(meter.silentDrops.total).toBe(1)
  })

  it('lose a country that cannot be mapped', async () => {
    const { fields, meter } = await fieldsAfter({ country: 'US' }, { country: 'Nowhere' })
    expect(fields).toEqual({})
    expect(meter.silentDrops.reasons).toEqual({ unknown_value: 1 })
  })

  it('cost a data point each, subscription states excepted', async () => {
    const { meter } = await fieldsAfter({
      first_name: 'Ada',
      email: 'a@example.com',
      email_subscribe: 'subscribed',
    })
    expect(meter.dataPoints).toBe(2)
  })

  it('go when they are null', async () => {
    expect((await fieldsAfter({ first_name: 'Ada' }, { first_name: null })).fields).toEqual({})
  })
})

describe('what the dashboard sets', () => {
  it('bends values to forced types, and drops what does not fit', async () => {
    const sandbox = await openSandbox({
      attributeTypes: { b: 'boolean', s: 'string', n: 'number', t: 'time', l: 'array' },
    })
    expect(await attributesAfter(sandbox, '"b":"T","s":5.0,"n":"5","t":"soon","l":["x"]')).toEqual({
      b: true,
      s: '5.0',
      l: ['x'],
    })
    expect(await attributesAfter(sandbox, '"b":0,"l":{"add":["y"]},"s":"2024-01-31"')).toMatchObject({
      b: false,
      l: ['x', 'y'],
    })
    expect(sandbox.profile('a')?.types.s).toBe('string')
    expect(sandbox.meter.silentDrops.reasons).toEqual({ wrong_type: 2 })
  })

  it('takes blocked attributes and events, stores nothing and bills nothing', async () => {
    const sandbox = await openSandbox({ blockedAttributes: ['secret'], blockedEvents: ['seen'] })
    const answer = await post(sandbox, {
      attributes: [{ external_id: 'a', secret: 1, n: 2 }],
      events: [{ external_id: 'a', name: 'seen', time: '2024-01-31T10:00:00Z' }],
    })
    expect(answer.body).toEqual({ message: 'success', attributes_processed: 1, events_processed: 1 })
    expect(sandbox.profile('a')).toMatchObject({ attributes: { n: 2 }, events: {} })
    expect(sandbox.meter.dataPoints).toBe(1)
  })
})
