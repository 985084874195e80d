// Decides how a request with an Idempotency-Key is done once: the same request is given the answer that it was given, another
// one under the same key is refused.

import { createHash } from 'node:crypto'
import { findRequest, saveRequest } from '../../ledger/requests.ts'
import type { RunAccepted } from '../api/run-shapes.ts'
import type { House } from '../house.ts'
import { ApiError } from '../http/problem.ts'

export interface Keyed {
  readonly key: string
  readonly by: string
  readonly body: unknown
}

type Work = () => Promise<RunAccepted>

export function once(house: House): (keyed: Keyed, work: Work) => Promise<RunAccepted> {
  /** Requests under way; several at once under one key are one as well. */
  const underWay = new Map<string, { readonly bodyMark: string; readonly answer: Promise<RunAccepted> }>()
  return async ({ key, by, body }, work) => {
    const keyMark = digest(`${by}\n${key}`)
    const bodyMark = digest(JSON.stringify(body))
    const other = underWay.get(keyMark)
    if (other !== undefined) {
      if (other.bodyMark !== bodyMark) throw reused()
      return await other.answer
    }
    const answer = answerOnce(house, { keyMark, bodyMark }, work)
    underWay.set(keyMark, { bodyMark, answer })
    return await answer.finally(() => underWay.delete(keyMark))
  }
}

async function answerOnce(
  house: House,
  marks: { readonly keyMark: string; readonly bodyMark: string },
  work: Work,
): Promise<RunAccepted> {
  const known = await house.look((ledger) => findRequest(ledger, marks.keyMark))
  if (known !== undefined) {
    if (known.bodyMark !== marks.bodyMark) throw reused()
    return JSON.parse(known.answer) as RunAccepted
  }
  const answer = await work()
  return await house.look(async (ledger) => {
    try {
      await saveRequest(ledger, { ...marks, answer: JSON.stringify(answer) })
      return answer
    } catch (error) {
      // Another process was asked the same at the same moment, and was quicker.
      const other = await findRequest(ledger, marks.keyMark)
      if (other === undefined) throw error
      return JSON.parse(other.answer) as RunAccepted
    }
  })
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

const reused = () =>
  new ApiError('key_reused', {
    detail: 'this Idempotency-Key came with another request within the last day',
    hint: 'Make a new key for each thing that you ask for.',
  })
