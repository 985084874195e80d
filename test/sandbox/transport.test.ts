// What keeps a request from its endpoint: address, key, permission, media type, malformed or oversized bodies.

import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { get, openSandbox, people, post } from './talk.ts'

const one = { attributes: [{ external_id: 'a', vip: true }] }

describe('keys', () => {
  it.each([
    ['no header', {}],
    ['a key without Bearer', { authorization: 'sandbox-key' }],
    ['a key in quotes', { authorization: 'Bearer "sandbox-key"' }],
    ['a key in single quotes', { authorization: "Bearer 'sandbox-key'" }],
    ['the key of another workspace', { authorization: 'Bearer other' }],
  ])('answers 401 to %s, and applies nothing', async (_, headers) => {
    const sandbox = await openSandbox()
    const response = await fetch(`${sandbox.url}/users/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(one),
    })
    expect([response.status, await response.json()]).toEqual([401, { message: 'Invalid API Key' }])
    expect(sandbox.profiles()).toEqual([])
  })

  it('answers 403 to a key that lacks the permission, and only there', async () => {
    const sandbox = await openSandbox({
      apiKeys: [{ key: 'sandbox-key', permissions: ['users.export.ids'] }],
    })
    const exported = await post(
      sandbox,
      { external_ids: ['a'], fields_to_export: ['email'] },
      { path: '/users/export/ids' },
    )
    expect((await post(sandbox, one)).status).toBe(403)
    expect(exported.status).toBe(201)
  })
})

describe('addresses', () => {
  it.each(['/users/track/', '/users/tracks', '/', '/users/delete'])('answers 404 to %s', async (path) => {
    const sandbox = await openSandbox()
    expect((await post(sandbox, one, { path })).status).toBe(404)
  })

  it('answers 404 to the wrong method', async () => {
    const sandbox = await openSandbox()
    expect((await get(sandbox, '/users/track')).status).toBe(404)
  })
})

describe('bodies', () => {
  it.each([undefined, 'text/plain', 'application/json; charset=latin1'])(
    'answers 415 to type %s',
    async (type) => {
      const sandbox = await openSandbox()
      const response = await fetch(`${sandbox.url}/users/track`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer sandbox-key',
          ...(type === undefined ? {} : { 'content-type': type }),
        },
        body: new TextEncoder().encode(JSON.stringify(one)),
      })
      expect(response.status).toBe(415)
    },
  )

  it('answers 415 to a packed body', async () => {
    const sandbox = await openSandbox()
    expect((await post(sandbox, one, { headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
  })

  it('takes a charset of UTF-8', async () => {
    const sandbox = await openSandbox()
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    expect((await post(sandbox, one, { headers })).status).toBe(201)
  })

  it.each([
    ['a trailing comma', '{"attributes":[{"external_id":"a",}]}'],
    ['a comment', '{"attributes":[]/* none */}'],
    ['single quotes', "{'attributes':[]}"],
    ['something after the end', '{"attributes":[]} x'],
    ['NaN', '{"attributes":[{"external_id":"a","x":NaN}]}'],
    ['a leading zero', '{"attributes":[{"external_id":"a","x":01}]}'],
    ['a raw control character', '{"attributes":[{"external_id":"a","x":"\n"}]}'],
    ['half a surrogate pair', '{"attributes":[{"external_id":"a","x":"\\ud83d"}]}'],
    ['nothing', ''],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)],
    ['a byte order mark', '\ufeff{"attributes":[{"external_id":"a"}]}'],
  ])('answers 400 to %s', async (_, body) => {
    const sandbox = await openSandbox()
    const answer = await post(sandbox, body)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toMatch(/^Bad Request: the body is not valid JSON/)
    expect(sandbox.profiles()).toEqual([])
  })

  it('answers 413 to a body one byte over the limit, and takes one of exactly the limit', async () => {
    const sandbox = await openSandbox({ maxBytes: 100 })
    const empty = JSON.stringify({ attributes: [{ external_id: 'a', note: '' }] })
    const exact = empty.replace('""', `"${'x'.repeat(100 - empty.length)}"`)
    expect((await post(sandbox, exact)).status).toBe(201)
    expect((await post(sandbox, exact.replace('"x', '"xx'))).status).toBe(413)
  })

  it('ignores the X-Braze-Bulk header', async () => {
    const sandbox = await openSandbox()
    const headers = { 'x-braze-bulk': 'true' }
    expect((await post(sandbox, { attributes: people(76) }, { headers })).status).toBe(400)
  })
})

describe('answers', () => {
  it('name every header in lower case', async () => {
    const sandbox = await openSandbox()
    const raw = await new Promise<string[]>((resolve, reject) => {
      const headers = { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' }
      request(`${sandbox.url}/users/track`, { method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.rawHeaders.filter((_, index) => index % 2 === 0))
      })
        .on('error', reject)
        .end(JSON.stringify(one))
    })
    expect(raw).toContain('x-ratelimit-remaining')
    expect(raw).toEqual(raw.map((name) => name.toLowerCase()))
  })

  it('refuse a port that is taken, with a hint', async () => {
    const sandbox = await openSandbox()
    const port = Number(new URL(sandbox.url).port)
    await expect(openSandbox({ port })).rejects.toThrow(
      `The sandbox cannot listen on 127.0.0.1, port ${port}.`,
    )
  })
})
