// Whom an object is about: which profile it reaches, and when it makes a new one.

import { describe, expect, it } from 'vitest'
import { openSandbox, post } from './talk.ts'

const alias = (alias_name: string) => ({ alias_name, alias_label: 'crm' })

describe('external ids', () => {
  it('takes 987 bytes and refuses 988, counted as UTF-8', async () => {
    const sandbox = await openSandbox()
    const exact = `${'é'.repeat(493)}x`
    const answer = await post(sandbox, { attributes: [{ external_id: exact }, { external_id: `${exact}x` }] })
    expect(answer.body.errors).toEqual([
      { type: "'external_id' must be fewer than 988 bytes", input_array: 'attributes', index: 1 },
    ])
    expect(sandbox.profiles().map((profile) => profile.externalId)).toEqual([exact])
  })

  it('refuses a number, an empty text, and an id on the block list', async () => {
    const sandbox = await openSandbox({ blockedIds: ['bot'] })
    const { body } = await post(sandbox, {
      attributes: [{ external_id: 5 }, { external_id: '' }, { external_id: 'bot' }, { external_id: 'ok' }],
    })
    expect(body.errors.map((error: { type: string }) => error.type)).toEqual([
      "'external_id' must be a string",
      "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
      'provided external_id is blacklisted and disallowed',
    ])
  })

  it('creates an unknown person, but not when told to update only: success all the same', async () => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, {
      attributes: [
        { external_id: 'new', n: 1 },
        { external_id: 'ghost', n: 1, _update_existing_only: true },
        { external_id: 'other', n: 1, _update_existing_only: false },
      ],
    })
    expect(answer.body).toEqual({ message: 'success', attributes_processed: 3 })
    expect(sandbox.profiles().map((profile) => profile.externalId)).toEqual(['new', 'other'])
    expect(sandbox.meter.updateOnlyMisses).toBe(1)
    expect(sandbox.meter.dataPoints).toBe(2)
  })

  it('keeps ids apart that differ in case or blanks', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ external_id: 'a' }, { external_id: 'A' }, { external_id: 'a ' }] })
    expect(sandbox.profiles()).toHaveLength(3)
  })
})

describe('braze ids', () => {
  it('reach a known profile and never create one', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ external_id: 'a' }] })
    const braze_id = sandbox.profile('a')?.brazeId
    const answer = await post(sandbox, {
      attributes: [
        { braze_id, n: 1 },
        { braze_id: 'unknown', n: 2 },
      ],
    })
    expect(answer.body).toEqual({ message: 'success', attributes_processed: 2 })
    expect(sandbox.profiles().map((profile) => profile.attributes)).toEqual([{ n: 1 }])
  })
})

describe('aliases', () => {
  it('are update-only unless told otherwise', async () => {
    const sandbox = await openSandbox()
    const send = (flag: object) => post(sandbox, { attributes: [{ user_alias: alias('x'), n: 1, ...flag }] })
    expect((await send({})).status).toBe(201)
    expect((await send({ _update_existing_only: true })).status).toBe(201)
    expect(sandbox.profiles()).toEqual([])
    await send({ _update_existing_only: false })
    expect(sandbox.profile({ by: 'alias', name: 'x', label: 'crm' })?.attributes).toEqual({ n: 1 })
    expect(sandbox.profiles()).toHaveLength(1)
  })

  it('are refused when empty, too long, or incomplete', async () => {
    const sandbox = await openSandbox()
    const { body } = await post(sandbox, {
      attributes: [
        { user_alias: alias('') },
        { user_alias: alias('é'.repeat(119)) },
        { user_alias: { alias_name: 'x' } },
        { user_alias: alias('é'.repeat(118)), _update_existing_only: false },
      ],
    })
    expect(body.errors.map((error: { index: number }) => error.index)).toEqual([0, 1, 2])
  })

  it('attach to a profile, unless they are another profile’s', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ external_id: 'a', ...alias('x') }] })
    await post(sandbox, { attributes: [{ external_id: 'b', ...alias('x') }] })
    expect(sandbox.profile('a')?.aliases).toEqual([{ name: 'x', label: 'crm' }])
    expect(sandbox.profile('b')?.aliases).toEqual([])
    expect(sandbox.meter.silentDrops.reasons).toEqual({ alias_taken: 1 })
  })
})

describe('e-mail addresses and phone numbers', () => {
  it('create a profile with nothing else when nobody has the address', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ email: 'a@example.com', n: 1 }] })
    await post(sandbox, { attributes: [{ email: 'A@Example.com', m: 2 }] })
    const [profile, ...others] = sandbox.profiles()
    expect(others).toEqual([])
    expect(profile).toMatchObject({
      externalId: undefined,
      fields: { email: 'a@example.com' },
      attributes: { n: 1, m: 2 },
    })
  })

  it('reach the last updated profile that has an external id', async () => {
    const sandbox = await openSandbox()
    const email = 'shared@example.com'
    await post(sandbox, { attributes: [{ email, n: 0 }] })
    await post(sandbox, {
      attributes: [
        { external_id: 'old', email },
        { external_id: 'new', email },
      ],
    })
    await post(sandbox, { attributes: [{ external_id: 'old', seen: true }] })
    await post(sandbox, { attributes: [{ email, n: 1 }] })
    expect(sandbox.profile('old')?.attributes).toEqual({ seen: true, n: 1 })
    expect(sandbox.profile('new')?.attributes).toEqual({})
  })

  it('make a second profile when they come with a new external id', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ email: 'a@example.com' }] })
    await post(sandbox, { attributes: [{ external_id: 'a', email: 'a@example.com' }] })
    expect(sandbox.profiles().map((profile) => [profile.externalId, profile.fields.email])).toEqual([
      [undefined, 'a@example.com'],
      ['a', 'a@example.com'],
    ])
  })

  it('prefer the address to the number', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ external_id: 'a', email: 'a@example.com' }] })
    await post(sandbox, { attributes: [{ external_id: 'b', phone: '+15551234567' }] })
    await post(sandbox, { attributes: [{ email: 'a@example.com', phone: '+15551234567', n: 1 }] })
    expect(sandbox.profile('a')?.attributes).toEqual({ n: 1 })
    expect(sandbox.profile('b')?.attributes).toEqual({})
  })

  it('follow the profile when its address changes', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ external_id: 'a', email: 'old@example.com' }] })
    await post(sandbox, { attributes: [{ external_id: 'a', email: 'new@example.com' }] })
    await post(sandbox, {
      attributes: [
        { email: 'new@example.com', n: 1 },
        { email: 'old@example.com', n: 2 },
      ],
    })
    expect(sandbox.profile('a')?.attributes).toEqual({ n: 1 })
    expect(sandbox.profiles()).toHaveLength(2)
  })

  it('read ten digits as an American number', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: [{ phone: '(555) 123-4567', n: 1 }] })
    expect(sandbox.profile({ by: 'phone', phone: '+15551234567' })?.attributes).toEqual({ n: 1 })
  })
})
