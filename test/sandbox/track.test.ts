// The structure of /users/track: how many objects, which are refused, what is answered, and when it takes effect.

import { describe, expect, it } from 'vitest'
import { openSandbox, people, post } from './talk.ts'

const NO_DATA = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields."
const event = (external_id: string) => ({ external_id, name: 'seen', time: '2024-01-31T10:00:00Z' })

describe('the number of objects', () => {
  it('takes 75 in all three arrays together', async () => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, {
      attributes: people(70),
      events: [1, 2, 3, 4, 5].map((n) => event(`p${n}`)),
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({ message: 'success', attributes_processed: 70, events_processed: 5 })
  })

  it('refuses 76 as a whole, and applies nothing', async () => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, { attributes: people(75), events: [event('p0')] })
    expect([answer.status, answer.body]).toEqual([400, { message: 'Max Input Length Exceeded' }])
    expect(sandbox.profiles()).toEqual([])
  })

  it('counts each array alone for older customers', async () => {
    const sandbox = await openSandbox({ objectLimit: 'per_array' })
    const events = Array.from({ length: 75 }, (_, n) => event(`p${n}`))
    expect((await post(sandbox, { attributes: people(75), events })).status).toBe(201)
    expect((await post(sandbox, { attributes: people(76) })).status).toBe(400)
  })
})

describe('what is valid', () => {
  it.each([{}, { attributes: [] }, { attributes: [], events: [], purchases: [] }, { users: [{}] }])(
    'refuses a body without data: %j',
    async (body) => {
      const sandbox = await openSandbox()
      const answer = await post(sandbox, body)
      expect([answer.status, answer.body]).toEqual([400, { message: NO_DATA }])
    },
  )

  it('refuses a body that is no object, and an array that is none', async () => {
    const sandbox = await openSandbox()
    expect((await post(sandbox, [])).status).toBe(400)
    expect((await post(sandbox, { attributes: { external_id: 'a' } })).body.message).toBe(
      "'attributes' must be an array",
    )
  })

  it('answers 400 with the list when all objects are invalid', async () => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, { events: [{ name: 'x', time: '2024-01-31T10:00:00Z' }] })
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({
      message: NO_DATA,
      errors: [
        {
          type: "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
          input_array: 'events',
          index: 0,
        },
      ],
    })
  })

  it('applies the valid ones of a mixed request, and lists the others by array and index', async () => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, {
      attributes: [
        { external_id: 'a', n: 1 },
        { external_id: 'b', email_subscribe: 'yes', n: 1 },
        { external_id: 'c', n: 1 },
        { external_id: 'd', push_subscribe: 'maybe' },
        { external_id: 'e', user_alias: { alias_name: 'x', alias_label: 'y' } },
      ],
      events: [event('a'), { external_id: 'a', name: 'seen' }],
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({
      message: 'success',
      attributes_processed: 2,
      events_processed: 1,
      errors: [
        {
          type: "'email_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
          input_array: 'attributes',
          index: 1,
        },
        {
          type: "'push_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
          input_array: 'attributes',
          index: 3,
        },
        {
          type: "You must specify only one of 'external_id', 'user_alias' or 'braze_id'",
          input_array: 'attributes',
          index: 4,
        },
        { type: "'time' must be an ISO 8601 time", input_array: 'events', index: 1 },
      ],
    })
    expect(sandbox.profiles().map((profile) => profile.externalId)).toEqual(['a', 'c'])
  })

  it('names documented codes instead of sentences when asked', async () => {
    const sandbox = await openSandbox({ errorTypes: 'codes' })
    const answer = await post(sandbox, { attributes: [{ external_id: 'a', email: 'bad' }, { n: 1 }] })
    expect(answer.body.errors.map((error: { type: string }) => error.type)).toEqual([
      'EMAIL_BAD_FORMAT',
      "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
    ])
  })

  it('refuses an entry that is no object, and a flag that is no boolean', async () => {
    const sandbox = await openSandbox()
    const attributes = ['a', { external_id: 'a', _update_existing_only: 'true' }, { external_id: 'b' }]
    const { body } = await post(sandbox, { attributes })
    expect(body.errors.map((error: { index: number }) => error.index)).toEqual([0, 1])
    expect(body.attributes_processed).toBe(1)
  })
})

describe('fields that make Braze refuse the object', () => {
  const id = '0b2f3a52-6c19-4d2c-9a37-27a6dc9c1f10'
  it.each([
    ['EMAIL_BAD_FORMAT', { email: 'bad' }],
    ['EMAIL_BAD_FORMAT', { email: 'a@b' }],
    ['EMAIL_BAD_FORMAT', { email: 5 }],
    ['BAD_EMAIL_SUBSCRIPTION_STATE', { email_subscribe: 'yes' }],
    ['BAD_PUSH_SUBSCRIPTION_STATE', { push_subscribe: true }],
    ['BAD_LOCATION_UPDATE', { current_location: { longitude: 1 } }],
    ['BAD_LOCATION_UPDATE', { current_location: { longitude: '1', latitude: '2' } }],
    ['BAD_SUBSCRIPTION_GROUP_ARRAY', { subscription_groups: {} }],
    ['BAD_SUBSCRIPTION_GROUP_HASH', { subscription_groups: [{ subscription_group_id: id }] }],
    [
      'BAD_SUBSCRIPTION_GROUP_ID',
      { subscription_groups: [{ subscription_group_id: 'x', subscription_state: 'subscribed' }] },
    ],
    [
      'BAD_SUBSCRIPTION_GROUP_STATE',
      { subscription_groups: [{ subscription_group_id: id, subscription_state: 'on' }] },
    ],
    ['BAD_PUSH_TOKEN_VALUE', { push_tokens: 'x' }],
    ['BAD_PUSH_TOKEN_STRING', { push_tokens: [{ app_id: 'x', token: 5 }] }],
    ['BAD_DEVICE_ID', { push_tokens: [{ app_id: 'x', token: 't', device_id: 'short' }] }],
    ['BAD_PUSH_TOKEN_IMPORT', { push_token_import: true, push_tokens: [{ app_id: 'x', token: 't' }] }],
    ['INVALID_ATTRIBUTE_EMAIL_SUBSCRIPTION_INFO', { email_subscription_info: {} }],
  ])('%s for %j: nothing of it is stored', async (code, fields) => {
    const sandbox = await openSandbox({ errorTypes: 'codes' })
    const answer = await post(sandbox, { attributes: [{ external_id: 'a', vip: true, ...fields }] })
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toEqual([{ type: code, input_array: 'attributes', index: 0 }])
    expect(sandbox.profiles()).toEqual([])
  })

  it('takes good values of the same fields', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, {
      attributes: [
        {
          external_id: 'a',
          email: "o'neil+x@mail.example.com",
          email_subscribe: 'opted_in',
          current_location: { longitude: 13.5, latitude: 52.25 },
          subscription_groups: [{ subscription_group_id: id, subscription_state: 'unsubscribed' }],
          push_tokens: [{ app_id: 'x', token: 't', device_id: '12345678' }],
        },
      ],
    })
    const profile = sandbox.profile('a')
    expect(profile?.fields).toEqual({
      email: "o'neil+x@mail.example.com",
      email_subscribe: 'opted_in',
      current_location: { longitude: 13.5, latitude: 52.25 },
      push_tokens: [{ app_id: 'x', token: 't', device_id: '12345678' }],
    })
    expect(profile?.subscriptionGroups).toEqual({ [id]: 'unsubscribed' })
  })
})

describe('when it takes effect', () => {
  it('shows accepted data only after the delay', async () => {
    let now = 1_000_000
    const sandbox = await openSandbox({ applyDelayMs: 500, now: () => now })
    await post(sandbox, { attributes: [{ external_id: 'a', n: 1 }] })
    now += 499
    expect(sandbox.profiles()).toEqual([])
    now += 1
    expect(sandbox.profile('a')?.attributes).toEqual({ n: 1 })
  })

  it('lets requests overtake each other when the delay varies', async () => {
    const finals = new Set<unknown>()
    for (let seed = 1; seed <= 12; seed += 1) {
      const sandbox = await openSandbox({ applyDelayMs: { minMs: 1, maxMs: 5000 }, seed })
      for (const n of [1, 2]) await post(sandbox, { attributes: [{ external_id: 'a', n }] })
      sandbox.applyPending()
      finals.add(sandbox.profile('a')?.attributes.n)
    }
    expect(finals).toEqual(new Set([1, 2]))
  })

  it('applies attributes before events of the same request', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, {
      events: [{ ...event('a'), _update_existing_only: true }],
      attributes: [{ external_id: 'a', n: 1 }],
    })
    expect(sandbox.profile('a')?.events.seen?.count).toBe(1)
  })
})
