// Reading back: /users/export/ids and the list of custom attributes.

import { describe, expect, it } from 'vitest'
import { get, openSandbox, people, post } from './talk.ts'

const path = '/users/export/ids'
const NOW = Date.parse('2024-06-01T00:00:00Z')

async function filled() {
  const sandbox = await openSandbox({ now: () => NOW })
  await post(
    sandbox,
    `{"attributes":[
      {"external_id":"a","email":"a@example.com","first_name":"Ada","big":9007199254740993,"f":1.0,"day":"2024-01-31"},
      {"external_id":"b","email":"a@example.com"},
      {"user_alias":{"alias_name":"x","alias_label":"crm"},"_update_existing_only":false,"n":1}],
     "events":[{"external_id":"a","name":"seen","time":"2024-05-31T10:00:00Z"},
               {"external_id":"a","name":"old","time":"2023-05-31T10:00:00Z"}]}`,
  )
  return sandbox
}

describe('export by id', () => {
  it('shows the fields that were asked for, exactly as stored, and names unknown ids', async () => {
    const sandbox = await filled()
    const fields_to_export = ['external_id', 'email', 'last_name', 'custom_attributes', 'custom_events']
    const answer = await post(sandbox, { external_ids: ['a', 'nobody'], fields_to_export }, { path })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      message: 'success',
      invalid_user_ids: ['nobody'],
      users: [
        {
          external_id: 'a',
          email: 'a@example.com',
          custom_events: [
            { name: 'seen', first: '2024-05-31T10:00:00.000Z', last: '2024-05-31T10:00:00.000Z', count: 1 },
          ],
        },
      ],
    })
    expect(answer.text).toContain(
      '"custom_attributes":{"big":9007199254740993,"f":1.0,"day":"2024-01-31T00:00:00.000Z"}',
    )
    expect(answer.text).not.toContain('last_name')
    expect(answer.text).not.toContain('first_name')
  })

  it('leaves out what is empty', async () => {
    const sandbox = await filled()
    const fields_to_export = ['external_id', 'custom_attributes', 'purchases', 'user_aliases']
    const { body } = await post(sandbox, { external_ids: ['b'], fields_to_export }, { path })
    expect(body).toEqual({ message: 'success', users: [{ external_id: 'b' }] })
  })

  it('finds by alias, and everybody who shares an address', async () => {
    const sandbox = await filled()
    const user_aliases = [{ alias_name: 'x', alias_label: 'crm' }]
    const byAlias = await post(sandbox, { user_aliases, fields_to_export: ['custom_attributes'] }, { path })
    expect(byAlias.body.users).toEqual([{ custom_attributes: { n: 1 } }])
    const body = { email_address: 'A@example.com', fields_to_export: ['external_id'] }
    const byEmail = await post(sandbox, body, { path })
    expect(byEmail.body.users).toEqual([{ external_id: 'a' }, { external_id: 'b' }])
  })

  it.each([
    ['51 ids', { external_ids: people(51).map((person) => person.external_id), fields_to_export: ['email'] }],
    ['no fields', { external_ids: ['a'] }],
    ['a field that does not exist', { external_ids: ['a'], fields_to_export: ['shoe_size'] }],
    ['an address and a number', { email_address: 'a@b.com', phone: '+1', fields_to_export: ['email'] }],
    ['nobody', { fields_to_export: ['email'] }],
  ])('refuses %s', async (_, body) => {
    const sandbox = await openSandbox()
    expect((await post(sandbox, body, { path })).status).toBe(400)
  })

  it('lets older customers leave out the fields', async () => {
    const sandbox = await openSandbox({ fieldsToExportRequired: false })
    await post(sandbox, { attributes: [{ external_id: 'a', first_name: 'Ada' }] })
    const { body } = await post(sandbox, { external_ids: ['a'] }, { path })
    expect(body.users[0]).toMatchObject({ external_id: 'a', first_name: 'Ada' })
  })

  it('does not show what has not taken effect', async () => {
    let now = NOW
    const sandbox = await openSandbox({ now: () => now, applyDelayMs: 1000 })
    await post(sandbox, { attributes: [{ external_id: 'a', n: 1 }] })
    const ask = () =>
      post(sandbox, { external_ids: ['a'], fields_to_export: ['custom_attributes'] }, { path })
    expect((await ask()).body).toEqual({ message: 'success', users: [], invalid_user_ids: ['a'] })
    now += 1000
    expect((await ask()).body.users).toEqual([{ custom_attributes: { n: 1 } }])
  })

  it('is limited to 250 a minute, apart from /users/track', async () => {
    const sandbox = await openSandbox({ now: () => NOW, exportRateLimit: { limit: 2, windowSeconds: 60 } })
    const ask = () => post(sandbox, { external_ids: ['a'], fields_to_export: ['email'] }, { path })
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([201, 201, 429])
    expect((await post(sandbox, { attributes: people(1) })).status).toBe(201)
  })
})

describe('the list of custom attributes', () => {
  it('comes by name, 50 to a page, with types and block list', async () => {
    const sandbox = await openSandbox({ blockedAttributes: ['zz'], attributeTypes: { a01: 'string' } })
    const names = Array.from({ length: 51 }, (_, n) => `a${String(n).padStart(2, '0')}`)
    await post(sandbox, {
      attributes: [{ external_id: 'a', ...Object.fromEntries(names.map((name) => [name, 1])) }],
    })
    const first = await get(sandbox, '/custom_attributes')
    expect(first.body.attributes.map((attribute: { name: string }) => attribute.name)).toEqual(
      names.slice(0, 50),
    )
    expect(first.body.attributes.slice(0, 2)).toMatchObject([
      { name: 'a00', data_type: 'Number', status: 'Active' },
      { name: 'a01', data_type: 'String', status: 'Active' },
    ])
    const link = /<(.*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    const second = await get(sandbox, link.slice(sandbox.url.length))
    expect(second.body.attributes).toMatchObject([{ name: 'a50' }, { name: 'zz', status: 'Blocklisted' }])
    expect(second.headers.get('link')).toBeNull()
  })
})
