// Decides what the API answers about the service as a whole, and about itself.

import { nextSlot } from '../../project/schedule.ts'
import { openapi } from '../api/openapi.ts'
import type { House } from '../house.ts'
import type { Answers } from '../http/bind.ts'
import type { Runner } from '../runner.ts'
import type { ReadStanding } from './standing.ts'

export interface StatusParts {
  readonly runner: Runner
  readonly standing: ReadStanding
  readonly open: boolean
}

export function statusAnswers(
  house: House,
  { runner, standing, open }: StatusParts,
): Pick<Answers, 'status' | 'openapi'> {
  const startedAt = house.now().toISOString()
  const document = openapi(house.version)
  const nextTime = rememberNext(house)
  return {
    openapi: async () => document,
    async status({ person }) {
      const project = house.project.current()
      const { pauses, state } = await standing()
      const running = runner.running()?.trigger.run ?? null
      const elsewhere = state.underWay?.run === running ? null : state.underWay
      return {
        version: house.version,
        project: project.name,
        workspace: project.braze.workspace,
        endpoint: project.braze.endpoint,
        store: house.databases.place,
        started_at: startedAt,
        you: { name: person.name, role: person.role },
        open: open && project.service.tokens.length === 0,
        paused: pauses.all ?? null,
        running,
        elsewhere,
        queued: runner.waiting().map(({ run }) => run),
        next_at: nextTime(),
        syncs: project.syncs.length,
        problems: house.project.problems().map(({ file, line, message, hint }) => ({
          file,
          line: line ?? null,
          message,
          hint: hint ?? null,
        })),
        pace_limit: project.braze.requestsPerSecond,
      }
    },
  }
}

/** Looking through the calendar of many syncs takes a while; nobody needs it to the second. */
const REMEMBERED_MS = 5_000

function rememberNext(house: House): () => string | null {
  let last: { readonly at: number; readonly next: string | null } | undefined
  return () => {
    const at = house.monotonic()
    if (last === undefined || at - last.at > REMEMBERED_MS) last = { at, next: nextAt(house) }
    return last.next
  }
}

function nextAt(house: House): string | null {
  const now = house.now()
  const times = house.project
    .current()
    .syncs.flatMap(({ schedule }) => nextSlot(schedule, now)?.getTime() ?? [])
  return times.length === 0 ? null : new Date(Math.min(...times)).toISOString()
}
