import { describe, expect, it } from 'vitest'
import { open, people } from './support/open.ts'
import { refusing, SUCCESS, startStub } from './support/stub-server.ts'

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
      true,
    ],
    [
      'an index that is none of ours',
      {
        status: 201,
        body: { message: 'success', errors: [{ index: 70, input_array: 'attributes', type: 'odd' }] },
      },
      'odd',
      true,
    ],
  ])('are found by halving after %s', async (_, said, reason, mayHold = false) => {
    const stub = await startStub(({ objects }) =>
      objects.some(({ external_id }) => external_id === 'p5') ? said : SUCCESS,
    )
    const { send } = open(stub.endpoint)
    expect(await send(people(8))).toEqual({
      kind: 'answered',
      refusals: [{ index: 5, attributes: [], reason, ...(mayHold ? { mayHold } : {}) }],
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

  it('is created only by a part that may create, and that part goes first', async () => {
    const stub = await startStub(({ objects }) =>
      refusing(
        ...objects.flatMap(({ phone }, index) => (phone === 'bad' ? [{ index, type: 'bad phone' }] : [])),
      ),
    )
    const { send } = open(stub.endpoint)
    const a = { external_id: 'a', _update_existing_only: false }
    const b = { external_id: 'b', _update_existing_only: false }
    const outcome = await send(
      [
        { ...a, n: 1, email: 'x', phone: 'bad' },
        { ...b, vip: true, email: 'y', phone: 'bad' },
      ],
      { mayCreate: (name) => name === 'vip' || name === 'email' },
    )
    expect(outcome).toMatchObject({ refusals: [{ attributes: ['phone'] }, { attributes: ['phone'] }] })
    const update = { _update_existing_only: true }
    expect(stub.received.slice(1).map(({ objects }) => objects)).toEqual([
      [{ ...b, vip: true }],
      [
        { ...a, email: 'x' },
        { ...b, email: 'y' },
      ],
      [{ ...b, ...update, phone: 'bad' }],
      [{ ...a, ...update, n: 1 }],
      [{ ...a, ...update, phone: 'bad' }],
    ])
  })

  it('whose rest is refused after a field was accepted is refused, and in doubt', async () => {
    const stub = await startStub(({ objects }) =>
      'n' in (objects[0] ?? {}) ? refusing({ index: 0, type: 'bad' }) : SUCCESS,
    )
    const { send } = open(stub.endpoint)
    const object = { external_id: 'a', _update_existing_only: false, n: 1, email: 'x' }
    expect(await send([object], { mayCreate: (name) => name === 'email' })).toEqual({
      kind: 'answered',
      refusals: [{ index: 0, attributes: [], reason: 'bad', mayHold: true }],
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
