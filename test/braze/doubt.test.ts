// What an attempt that may have been applied leaves behind, when a later one of the same objects is refused.

import { describe, expect, it } from 'vitest'
import { open, people } from './support/open.ts'
import { type Answer, RESET, refusing, type Said, SUCCESS, startStub } from './support/stub-server.ts'

describe('a refusal after an attempt that may have been applied', () => {
  const WHOLE: Said = { status: 400, body: { message: 'Bad Request' } }
  const byIndex = (...indices: readonly number[]): Said => ({
    status: 400,
    body: refusing(...indices.map((index) => ({ index, type: 'bad' }))).body,
  })
  const attempts = [
    ['was cut off', RESET],
    ['ended in a 504', { status: 504, body: '<html>' }],
    ['was answered in part', { status: 201, body: '{"message":"succ' }],
    ['was answered oddly', { status: 201, body: { message: 'partial' } }],
  ] as const
  const refusals = [
    ['as a whole', WHOLE],
    ['by index', byIndex(0)],
    ['by index, in a success', refusing({ index: 0, type: 'bad' })],
  ] as const

  it.each(
    attempts.flatMap(([how, first]) => refusals.map(([named, then]) => [how, named, first, then] as const)),
  )('that %s, %s: Braze may hold it all the same', async (_how, _named, first, then) => {
    const stub = await startStub((_, number) => (number === 1 ? first : then))
    const { send } = open(stub.endpoint)
    expect(await send(people(1))).toMatchObject({ refusals: [{ index: 0, attributes: [], mayHold: true }] })
    expect(stub.received).toHaveLength(2)
  })

  it('of a whole batch concerns its halves, and those that a list leaves over', async () => {
    // All four may be held; then two are named, and of the others the halves are refused one by one.
    const script: Answer[] = [RESET, byIndex(1, 2), WHOLE, WHOLE, SUCCESS]
    const stub = await startStub((_, number) => script[number - 1] ?? SUCCESS)
    const { send } = open(stub.endpoint)
    expect(await send(people(4))).toMatchObject({
      refusals: [
        { index: 0, mayHold: true },
        { index: 1, mayHold: true },
        { index: 2, mayHold: true },
      ],
    })
    expect(stub.received.map(({ objects }) => objects.length)).toEqual([4, 4, 2, 1, 1])
  })

  it('of one half says nothing of the other', async () => {
    const script: Answer[] = [WHOLE, RESET, WHOLE, WHOLE]
    const stub = await startStub((_, number) => script[number - 1] ?? SUCCESS)
    const { send } = open(stub.endpoint)
    const outcome = await send(people(2))
    expect(outcome).toMatchObject({ refusals: [{ index: 0, mayHold: true }, { index: 1 }] })
    expect(outcome).not.toHaveProperty('refusals.1.mayHold')
  })

  it.each<[string, Answer[]]>([
    ['the whole object', [RESET, refusing({ index: 0, type: 'bad' }), SUCCESS]],
    ['the field alone', [refusing({ index: 0, type: 'bad' }), SUCCESS, RESET]],
  ])('of %s: the field that stays refused may be held', async (_, script) => {
    const last = refusing({ index: 0, type: 'bad mail' })
    const stub = await startStub((_request, number) => script[number - 1] ?? last)
    const { send } = open(stub.endpoint)
    expect(await send([{ external_id: 'a', vip: true, email: 'x' }])).toEqual({
      kind: 'answered',
      refusals: [{ index: 0, attributes: ['email'], reason: 'bad mail', mayHold: true }],
    })
    expect(stub.received).toHaveLength(4)
  })

  it('is no doubt where the attempt cannot have been applied: a 429', async () => {
    const stub = await startStub((_, number) => (number === 1 ? { status: 429, body: {} } : WHOLE))
    const { send } = open(stub.endpoint)
    expect(await send(people(1))).toEqual({
      kind: 'answered',
      refusals: [{ index: 0, attributes: [], reason: 'Bad Request' }],
    })
  })
})
