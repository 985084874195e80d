// Decides the ids of runs and plans, and the names of the tables that each of them makes.

import { randomInt } from 'node:crypto'

/** `r-20261122-030512-k7x2q9`: readable aloud, unlike any other, and sorts by time: the last part starts with milliseconds. */
export function newId(prefix: 'r' | 'p', now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const milliseconds = now.getUTCMilliseconds().toString(36).padStart(2, '0')
  return `${prefix}-${stamp}-${milliseconds}${randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0')}`
}

/** Names of the tables of one run or plan. */
export const tableNames = (id: string) => {
  const token = id.replace(/[^a-z0-9]/g, '_').slice(2)
  return {
    delta: (position: number) => `delta_${token}_${position}`,
    outbox: `outbox_${token}`,
    front: `front_${token}`,
    accepted: `accepted_${token}`,
    unsure: `unsure_${token}`,
    scratch: `scratch_${token}`,
    answers: { acks: `acks_${token}`, refusals: `refusals_${token}` },
    candidates: (position: number) => `candidates_${token}_${position}`,
  }
}
