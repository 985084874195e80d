import { describe, expect, it, vi } from 'vitest'
import { BrazeError, LeaseLostError } from '../../src/model/errors.ts'
import type { Acks } from '../../src/run/acks.ts'
import { accepted, makeOutbox, noteAcks, outcomes, send } from './sending.ts'

describe('law 3: every number of the outbox ends in one outcome', () => {
  it('when all goes well, over several chunks, each started before it leaves', async () => {
    const seen: string[] = []
    const { log, acks } = noteAcks()
    const { result } = await send(
      301,
      (first) => {
        const covered = log.some((line) => {
          const [, from, to] = /^started (\d+)-(\d+)$/.exec(line) ?? []
          return from !== undefined && Number(from) <= first && first <= Number(to)
        })
        seen.push(covered ? 'after' : 'before')
        return accepted
      },
      { acks },
    )
    expect(result).toEqual({ objects: 301, complete: true, failure: undefined })
    expect(seen).toEqual(Array.from({ length: 151 }, () => 'after'))
    expect([...outcomes(log).values()]).toEqual(Array.from({ length: 301 }, () => ['accepted']))
    expect(log.filter((line) => line.startsWith('started'))).toEqual(['started 0-127', 'started 128-300'])
    expect(log.at(-1)).toBe('flush')
  })

  it('when rows are wide: a chunk holds fewer of them', async () => {
    const outbox = await makeOutbox(260, 100_000)
    const { result, log } = await send(260, () => accepted, { outbox })
    expect(result).toEqual({ objects: 260, complete: true, failure: undefined })
    expect(log.filter((line) => line.startsWith('started'))).toEqual([
      'started 0-127',
      'started 128-165',
      'started 166-203',
      'started 204-241',
      'started 242-259',
    ])
  })

  it('when some are refused and some not understood', async () => {
    const { result, log } = await send(8, (first) => {
      if (first === 2) return { kind: 'answered', refusals: [{ index: 1, attributes: [], reason: 'no' }] }
      return first === 4 ? { kind: 'unknown', reason: 'garbage' } : accepted
    })
    expect(result).toEqual({ objects: 6, complete: true, failure: undefined })
    expect(log).toEqual([
      'started 0-7',
      'accepted 0-1',
      'refused 1 of 2-3',
      'unknown 4-5',
      'accepted 6-7',
      'flush',
    ])
  })

  it('when time is up: what has left is answered, the rest of the chunk is known not to have left', async () => {
    let handed = 0
    const { result, log } = await send(
      10,
      () => {
        handed += 1
        return accepted
      },
      { deadline: { isUp: () => handed >= 2, signal: new AbortController().signal } },
    )
    expect(result).toEqual({ objects: 4, complete: false, failure: undefined })
    expect(new Map([...outcomes(log)].map(([seq, [what]]) => [seq, what]))).toEqual(
      new Map([
        ...[4, 5, 6, 7, 8, 9].map((seq) => [seq, 'unsent'] as const),
        ...[0, 1, 2, 3].map((seq) => [seq, 'accepted'] as const),
      ]),
    )
  })

  it('when time is up while batches wait at the door: they are given back, what is in flight is answered', async () => {
    const time = new AbortController()
    const late = new Error('the time is up')
    const isUp = () => time.signal.aborted
    const waits = async (signal: AbortSignal) => {
      if (!signal.aborted)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      throw signal.reason
    }
    const { result, log } = await send(
      10,
      async (first, { signal, mayLeave }) => {
        if (first === 0) return accepted
        // Answered with a 429, and waits again.
        if (first === 2 && mayLeave()) return await waits(signal)
        if (first === 4 && mayLeave())
          return await waits(signal).catch((cause: unknown) => {
            throw new BrazeError('a 503 came first', { cause, mayHaveArrived: true })
          })
        if (first === 6 && mayLeave()) {
          time.abort(late)
          return accepted
        }
        return await waits(signal)
      },
      { deadline: { isUp, signal: time.signal } },
    )
    expect(result).toEqual({ objects: 4, complete: false, failure: undefined })
    expect(Object.fromEntries([...outcomes(log)].map(([seq, what]) => [seq, what.join()]))).toEqual({
      ...{ 0: 'accepted', 1: 'accepted', 2: 'unsent', 3: 'unsent', 4: 'unknown', 5: 'unknown' },
      ...{ 6: 'accepted', 7: 'accepted', 8: 'unsent', 9: 'unsent' },
    })
  })

  it('when time is up while Braze is out of reach: that is a failure', async () => {
    const time = new AbortController()
    const away = new BrazeError('out of reach', { mayHaveArrived: false })
    const { result, log } = await send(
      4,
      async (first) => {
        if (first === 0) return accepted
        time.abort(new Error('the time is up'))
        throw away
      },
      { deadline: { isUp: () => time.signal.aborted, signal: time.signal } },
    )
    expect(result).toEqual({ objects: 2, complete: false, failure: away })
    expect(outcomes(log).get(2)).toEqual(['unsent'])
  })

  it('when it is told to stop: requests in flight finish and count', async () => {
    const stop = new AbortController()
    const { result, log } = await send(
      6,
      async (first, { signal, mayLeave }) => {
        // The last batch still waits for its turn when the signal comes.
        if (first === 4) {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
          throw signal.reason
        }
        mayLeave()
        if (first === 2) stop.abort(new Error('SIGTERM'))
        return accepted
      },
      { stop: stop.signal },
    )
    expect(result).toEqual({ objects: 4, complete: false, failure: undefined })
    expect(Object.fromEntries(outcomes(log))).toEqual({
      0: ['accepted'],
      1: ['accepted'],
      2: ['accepted'],
      3: ['accepted'],
      4: ['unsent'],
      5: ['unsent'],
    })
  })

  it('when it is told to stop and Braze does not answer: eight seconds later it ends, and says nothing of that batch', async () => {
    const stop = new AbortController()
    const hangs = Promise.withResolvers<void>()
    const seconds = Promise.withResolvers<number>()
    const late = vi.spyOn(globalThis, 'setTimeout').mockImplementation((work, ms) => {
      // Of the sender's own: nothing else waits here.
      hangs.promise.then(() => {
        seconds.resolve(Number(ms) / 1000)
        work()
      })
      return { unref: () => undefined } as unknown as NodeJS.Timeout
    })
    try {
      const sending = send(
        4,
        async (first, { mayLeave }) => {
          mayLeave()
          if (first === 0) return accepted
          stop.abort(new Error('SIGTERM'))
          hangs.resolve()
          return await new Promise<never>(() => undefined)
        },
        { stop: stop.signal },
      )
      expect(await seconds.promise).toBe(8)
      const { result, log } = await sending
      expect(result).toEqual({ objects: 2, complete: false, failure: undefined })
      expect(Object.fromEntries(outcomes(log))).toEqual({ 0: ['accepted'], 1: ['accepted'] })
    } finally {
      late.mockRestore()
    }
  })

  it('when it was told to stop before anything was read', async () => {
    const { result, log } = await send(4, () => accepted, { stop: AbortSignal.abort(new Error('SIGTERM')) })
    expect(result).toEqual({ objects: 0, complete: false, failure: undefined })
    expect(log).toEqual(['flush'])
  })

  it.each([
    ['that may have arrived', true, 'unknown'],
    ['that cannot have arrived', false, 'unsent'],
  ])('when Braze fails on a batch %s', async (_, mayHaveArrived, outcome) => {
    const error = new BrazeError('out of reach', { mayHaveArrived })
    const { result, log } = await send(6, (first, { mayLeave, signal }) => {
      if (first === 0) return accepted
      signal.throwIfAborted()
      mayLeave()
      throw error
    })
    expect(result).toEqual({ objects: 2, complete: false, failure: error })
    expect(log.slice(0, 1)).toEqual(['started 0-5'])
    const found = outcomes(log)
    expect(found.get(2)).toEqual([outcome])
    expect([...found.values()].every((all) => all.length === 1)).toBe(true)
    expect(found.size).toBe(6)
  })

  it('when the lease is lost: nothing more leaves', async () => {
    let asked = 0
    const { result, log } = await send(
      6,
      (_, { mayLeave }) => {
        if (mayLeave()) return accepted
        throw new LeaseLostError('the lease was lost')
      },
      {
        mayLeave: () => {
          asked += 1
          return asked <= 1
        },
      },
    )
    expect(result).toMatchObject({ objects: 2, complete: false, failure: { name: 'LeaseLostError' } })
    expect([...outcomes(log).values()].flat().sort()).toEqual([
      ...['accepted', 'accepted'],
      ...['unsent', 'unsent', 'unsent', 'unsent'],
    ])
  })
})

it('a ledger that fails ends the sending with its error, and no request follows', async () => {
  const { acks } = noteAcks()
  let sent = 0
  const broken: Acks = { ...acks, started: () => Promise.reject(new Error('the disk is full')) }
  const sending = send(
    4,
    () => {
      sent += 1
      return accepted
    },
    { acks: broken },
  )
  await expect(sending).rejects.toThrow('the disk is full')
  expect(sent).toBe(0)
})
