// Decides what the API answers about pauses: of one sync, and of everything (the kill switch).

import { type Pause, pause, readPauses, resume } from '../../ledger/pauses.ts'
import { readSyncs } from '../../ledger/syncs.ts'
import { pausedBy } from '../carry-out.ts'
import type { House } from '../house.ts'
import type { Answers } from '../http/bind.ts'
import { ApiError } from '../http/problem.ts'
import type { Runner } from '../runner.ts'
import type { ReadStanding } from './standing.ts'

export function pauseAnswers(
  house: House,
  { runner, standing: { forget } }: { readonly runner: Runner; readonly standing: ReadStanding },
): Pick<Answers, 'pause' | 'resume' | 'pauseSync' | 'resumeSync'> {
  const known = async (name: string) => {
    const isThere =
      house.project.current().syncs.some((sync) => sync.name === name) ||
      (await house.look(readSyncs)).has(name)
    if (!isThere) throw new ApiError('not_found', { detail: 'there is no such sync' })
    return name
  }
  const set = async (sync: string | undefined, by: string, reason: string | undefined) => {
    await house.look((ledger) => pause(ledger, sync, { by, reason: reason ?? null }))
    forget()
    house.log.info('service.paused', { sync: sync ?? '', by })
    return await standing(sync)
  }
  const lift = async (sync: string | undefined, by: string) => {
    await house.look((ledger) => resume(ledger, sync))
    forget()
    house.log.info('service.resumed', { sync: sync ?? '', by })
    runner.wake()
    return await standing(sync)
  }
  const standing = async (sync: string | undefined) => {
    const { all, bySync } = await house.look(readPauses)
    return { sync: sync ?? null, paused: pauseView(sync === undefined ? all : bySync.get(sync)) }
  }
  return {
    async pause({ person, body }) {
      const answer = await set(undefined, person.name, body.reason)
      runner.cut(pausedBy(person.name))
      return answer
    },
    resume: ({ person }) => lift(undefined, person.name),
    pauseSync: async ({ person, params, body }) => set(await known(params.name), person.name, body.reason),
    resumeSync: async ({ person, params }) => lift(await known(params.name), person.name),
  }
}

export const pauseView = (found: Pause | undefined): Pause | null => found ?? null
