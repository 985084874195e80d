// Decides what every page knows: how the service stands, who is signed in, what that role may do.

/** @import { Role, Status } from './shapes.d.ts' */

import { listPlans, readStatus } from './api.js'

const RANK = { viewer: 0, operator: 1, admin: 2 }
/** Plans that wait are counted so far; beyond it, the number has a plus. */
export const MOST_COUNTED = 20

/** `away`: the service did not answer when it was asked last. @type {{status: Status | undefined, waiting: number, away: boolean}} */
export const state = { status: undefined, waiting: 0, away: false }

/** @param {Role} role */
export const may = (role) => state.status !== undefined && RANK[state.status.you.role] >= RANK[role]

/** What, when it changes, means that pages have something new to show. */
export function standing() {
  const { status } = state
  if (status === undefined) return ''
  const { running, elsewhere, queued, paused, problems, you } = status
  return JSON.stringify([running, elsewhere, queued, paused, problems, you])
}

export async function readState() {
  const before = standing()
  state.status = await readStatus()
  state.away = false
  if (standing() === before) return
  await countWaiting()
}

export async function countWaiting() {
  const { plans } = await listPlans({ status: 'open', limit: MOST_COUNTED })
  state.waiting = plans.filter((plan) => plan.stale === null).length
}
