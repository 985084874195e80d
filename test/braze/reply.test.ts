import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeReply, type Verdict } from '../../src/braze/reply.ts'
import { KEY, WALL_NOW } from './support/open.ts'

const asked = { count: 5, host: 'rest.iad-01.braze.com', wallNow: WALL_NOW, secret: KEY }

function judge(status: number, body: unknown, headers: Record<string, string> = {}): Verdict {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return judgeReply({ status, headers, body: text }, asked)
}

const bad = (index: unknown, type: unknown = 'bad', input_array: unknown = 'attributes') => ({
  index,
  type,
  input_array,
})

describe('a reply that Braze took the objects', () => {
  it.each([
    [200, { message: 'success' }],
    [201, { message: 'success', attributes_processed: 5 }],
    [201, { message: 'success', errors: [] }],
    [201, { message: 'success', errors: null }],
    [202, { message: 'queued' }],
  ])('%i %j takes everything', (status, body) => {
    expect(judge(status, body)).toEqual({ kind: 'accepted', refusals: [] })
  })

  it('names the refused ones, each once, in order', () => {
    const errors = [bad(3, 'three'), bad(0, 'zero'), bad(3, 'again'), bad(3, 'three')]
    expect(judge(201, { message: 'success', errors })).toEqual({
      kind: 'accepted',
      refusals: [
        { position: 0, words: 'zero' },
        { position: 3, words: 'three; again' },
      ],
    })
  })

  it('has words for an error without any, and takes `message` where `type` is missing', () => {
    const errors = [bad(0, null), { index: 1, message: 'said so', input_array: 'attributes' }, bad(2, 7)]
    const silent = 'Braze refused this object without saying why'
    expect(judge(201, { message: 'success', errors })).toMatchObject({
      refusals: [{ words: silent }, { words: 'said so' }, { words: silent }],
    })
  })
})

describe('law 10: an error that names none of our objects', () => {
  it.each([
    [[{ type: 'oops' }]],
    [[bad(0), { type: 'oops' }]],
    [[bad(5)]],
    [[bad(-1)]],
    [[bad(1.5)]],
    [[bad('1')]],
    [[bad(0, 'oops', 'events')]],
    [[bad(0, 'oops', null)]],
    [['oops']],
    [[null]],
    ['oops'],
    [{ 0: 'oops' }],
  ])('splits a 201 with errors %j', (errors) => {
    expect(judge(201, { message: 'success', errors })).toMatchObject({ kind: 'split', applied: true })
  })

  it.each([400, 413, 422])('splits a %i without any', (status) => {
    expect(judge(status, { message: 'Max Input Length Exceeded' })).toEqual({
      kind: 'split',
      words: 'Max Input Length Exceeded',
      applied: false,
    })
    expect(judge(status, { message: 'x', errors: [{ type: 'oops' }] })).toMatchObject({ words: 'oops' })
    expect(judge(status, '<html>Anna</html>')).toMatchObject({ kind: 'split' })
  })

  it('quotes no body that is not JSON', () => {
    expect(judge(400, 'Anna')).toMatchObject({ words: 'HTTP 400 without a reason' })
    expect(judge(413, 'Anna')).toMatchObject({ words: 'Braze says the object is too large (HTTP 413)' })
  })
})

describe('a 400 that lists indices', () => {
  it('blames those and no others', () => {
    const body = { message: 'Valid data must be provided', errors: [bad(1, 'b'), bad(4, 'e')] }
    expect(judge(400, body)).toEqual({
      kind: 'refused',
      refusals: [
        { position: 1, words: 'b' },
        { position: 4, words: 'e' },
      ],
    })
  })
})

describe('a 2xx that does not say success', () => {
  it.each([
    [200, ''],
    [200, 'success'],
    [200, '"success"'],
    [200, '<html>Sign in</html>'],
    [200, {}],
    [201, { message: 'Success?' }],
    [201, { message: 'queued' }],
    [200, ['success']],
    [200, 'null'],
    [204, ''],
    [201, { attributes_processed: 5 }],
    [201, '{"message":"succ'],
  ])('%i %j is not understood', (status, body) => {
    expect(judge(status, body).kind).toBe('not-understood')
  })

  it('law 10: whatever the body, only success and queued are accepted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 299 }), fc.jsonValue(), (status, body) => {
        expect(judge(status, JSON.stringify(body)).kind).not.toBe('accepted')
      }),
    )
  })
})

describe('later, or never', () => {
  it.each([408, 500, 502, 503, 504, 599])('%i is transient', (status) => {
    expect(judge(status, 'whatever')).toEqual({ kind: 'transient', what: `HTTP ${status}` })
  })

  it('reads how long a 429 lasts', () => {
    expect(judge(429, '', { 'x-ratelimit-retry-after': '7' })).toEqual({ kind: 'throttled', waitMs: 7_000 })
    expect(judge(429, '', {})).toEqual({ kind: 'throttled', waitMs: undefined })
  })

  it.each([
    [401, 'did not accept the API key', /cluster/],
    [403, 'does not let this API key write users', /users\.track/],
    [404, 'has no /users/track', /REST address/],
    [415, 'did not take our body as JSON', /Content-Type/],
    [402, 'refused the request as a whole', /braze\.endpoint/],
    [405, 'refused the request as a whole', /proxy/],
    [301, 'answered with a redirect, which its REST API never does', /dashboard/],
    [307, 'answered with a redirect, which its REST API never does', /REST address/],
  ])('%i is fatal, and says what to do', (status, says, hint) => {
    const verdict = judge(status, { message: `Invalid API key: ${KEY}` })
    if (verdict.kind !== 'fatal') throw new Error(`expected fatal, got ${verdict.kind}`)
    expect(verdict.error.message).toBe(`Braze at rest.iad-01.braze.com ${says} (HTTP ${status})`)
    expect(verdict.error.hint).toMatch(hint)
    expect(verdict.error.mayHaveArrived).toBe(false)
    expect(JSON.stringify([verdict.error.message, verdict.error.hint])).not.toContain(KEY)
  })
})

it('never carries the key or a mail address out of a body', () => {
  const type = `Invalid key ${KEY} for anna@example.com`
  for (const body of [
    { message: type },
    { message: 'success', errors: [bad(0, type)] },
    { message: 'success', errors: [type] },
    { message: type, errors: [bad(0, type)] },
  ]) {
    for (const status of [201, 400, 401, 422, 500]) {
      const text = JSON.stringify(judge(status, body))
      expect(text).not.toContain(KEY)
      expect(text).not.toContain('anna@')
    }
  }
})
