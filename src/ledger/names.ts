// Decides the ids of runs and plans, and the names of the tables that each of them makes.

import { randomBytes } from 'node:crypto'

/** `r-20261122-030512-x7k2q9`: sorts by time, readable aloud, unlike any other. */
export function newId(prefix: 'r' | 'p', now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${prefix}-${stamp}-${randomBytes(4).toString('hex').slice(0, 6)}`
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
    candidates: (position: number) => `candidates_${token}_${position}`,
  }
}
