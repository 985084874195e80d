// Between chunks, at the first answers and at the end the sender lets itself be looked at, and what it has not taken yet
// may be replaced.

import { describe, expect, it, vi } from 'vitest'
import type { SendProgress } from '../../src/run/send.ts'
import { type Answer, accepted, ledger, makeOutbox, outcomes, send } from './sending.ts'

describe('what follows a chunk may be replaced', () => {
  it('also by as many people as before: the chunk that was read ahead is read again', async () => {
    const outbox = await makeOutbox(256)
    const sent: number[] = []
    const between = async ({ lastSeq }: { lastSeq: number }) => {
      if (lastSeq !== 127) return undefined
      await ledger.run(
        `delete from ${outbox} where seq > 127`,
        `insert into ${outbox} select i, 'external_id', 'q' || i, '{"n":' || (i + 1000) || '}' from range(128, 256) as t(i)`,
      )
      return 256
    }
    const answer: Answer = (first) => {
      sent.push(first)
      return accepted
    }
    const { result } = await send(256, answer, { outbox, between })
    expect(result).toMatchObject({ objects: 256, complete: true })
    expect(sent.filter((first) => first >= 128 && first < 1000)).toEqual([])
    expect(sent).toHaveLength(128)
  })

  it('by nothing: the run is complete', async () => {
    const { result, log } = await send(256, () => accepted, { between: async ({ lastSeq }) => lastSeq + 1 })
    expect(result).toEqual({ objects: 128, complete: true, failure: undefined })
    expect(outcomes(log).size).toBe(128)
  })
})

describe('the first look', () => {
  /** Batches wait to be answered until they are let go. */
  const holding = () => {
    const held = new Map<number, () => void>()
    const answer: Answer = async (first) => {
      await new Promise<void>((resolve) => held.set(first, resolve))
      return accepted
    }
    const letGo = (...firsts: readonly number[]) => {
      for (const first of firsts) held.get(first)?.()
    }
    return { held, answer, letGo }
  }

  it('comes before more batches are under way than it asks for; then the door is wide open', async () => {
    const { held, answer, letGo } = holding()
    const looks: number[] = []
    const between = async ({ answeredBatches }: { answeredBatches: number }) => {
      looks.push(answeredBatches)
      return undefined
    }
    const sending = send(100, answer, { firstLook: 3, between })
    await vi.waitFor(() => expect([...held.keys()]).toEqual([0, 2, 4]))
    letGo(2, 4)
    await vi.waitFor(() => expect([...held.keys()]).toEqual([0, 2, 4, 6, 8]))
    expect(looks).toEqual([])
    letGo(0)
    await vi.waitFor(() => expect(held.size).toBe(50))
    expect(looks[0]).toBe(3)
    letGo(...held.keys())
    expect((await sending).result).toMatchObject({ objects: 100, complete: true })
    expect(looks.at(-1)).toBe(50)
  })

  it('may replace the rest of a chunk: nothing of it leaves, and what replaces it begins a batch of its own', async () => {
    const outbox = await makeOutbox(21)
    const seen: SendProgress[] = []
    const sent: number[] = []
    const between = async (progress: SendProgress) => {
      seen.push(progress)
      if (progress.midway === undefined) return undefined
      const { firstSeq, taken } = progress.midway
      const kept = taken.map((batch) => `seq between ${batch.firstSeq} and ${batch.lastSeq}`).join(' or ')
      await ledger.run(
        `delete from ${outbox} where seq >= ${firstSeq} and not (${kept})`,
        `insert into ${outbox} select i, 'external_id', 'q' || i, '{"n":' || (i + 1000) || '}' from range(22, 26) as t(i)`,
      )
      return 26
    }
    const answer: Answer = (first) => {
      sent.push(first)
      return accepted
    }
    const { result, log } = await send(21, answer, { outbox, between, firstLook: 2 })
    const taken = seen.find(({ midway }) => midway !== undefined)?.midway?.taken.map((one) => one.firstSeq)
    expect(taken?.length).toBeGreaterThanOrEqual(2)
    expect(taken?.length).toBeLessThanOrEqual(4)
    expect(sent).toEqual([...(taken ?? []), 1022, 1024])
    expect(result).toEqual({ objects: 2 * sent.length, complete: true, failure: undefined })
    expect(seen.at(-1)).toEqual({
      ...{ answeredBatches: sent.length, objects: 2 * sent.length, refusals: 0 },
      ...{ lastSeq: 25, isLast: true },
    })
    expect(log.filter((line) => line.startsWith('started'))).toEqual(['started 0-20', 'started 22-25'])
  })

  it('at the end waits until all are answered, also when time is up; who is told to stop takes no look', async () => {
    const stop = new AbortController()
    const looks: boolean[] = []
    const between = async ({ isLast }: SendProgress) => {
      looks.push(isLast === true)
      return undefined
    }
    await send(2, () => accepted, { between })
    expect(looks).toEqual([false, true])
    const deadline = { isUp: () => true, signal: new AbortController().signal }
    await send(2, () => accepted, { between, deadline })
    expect(looks).toHaveLength(2)
    const told: Answer = () => {
      stop.abort(new Error('SIGTERM'))
      return accepted
    }
    await send(4, told, { between, stop: stop.signal })
    expect(looks).toEqual([false, true, false])
  })
})
