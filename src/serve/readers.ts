// Decides how those who only look get to the ledger: on a few sessions of their own, so that they never wait for a run, and
// never crowd it out.

import { BrazierError, WarehouseError } from '../model/errors.ts'
import type { Session } from '../warehouse/port.ts'

export interface Readers {
  use<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** Does `work` while nobody reads and no session is open; whoever comes meanwhile waits. */
  drain(work: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** More readers than can be served soon. */
export class CrowdedError extends BrazierError {}

const SESSIONS = 4
const WAITING = 200

export function openReaders(open: () => Promise<Session>): Readers {
  const free: Session[] = []
  const waiting: (() => void)[] = []
  let used = 0
  let closed = false
  const enter = async () => {
    if (used < SESSIONS) {
      used += 1
      return
    }
    if (waiting.length >= WAITING)
      throw new CrowdedError('too many requests wait for the ledger', { hint: 'Ask again in a moment.' })
    // Whoever leaves hands on the place.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const leave = () => {
    const next = waiting.shift()
    if (next === undefined) used -= 1
    else next()
  }
  const closeFree = () => Promise.all(free.splice(0).map((session) => session.close().catch(() => undefined)))
  const inSession = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = free.pop() ?? (await open())
    const [outcome] = await Promise.allSettled([work(session)])
    free.push(session)
    // A connection may be gone, and the others with it; new ones cost little.
    const isSuspect = outcome.status === 'rejected' && outcome.reason instanceof WarehouseError
    if (closed || isSuspect) await closeFree()
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }
  const drain = async (work: () => Promise<void>) => {
    for (let places = 0; places < SESSIONS; places += 1) await enter()
    try {
      await closeFree()
      await work()
    } finally {
      for (let places = 0; places < SESSIONS; places += 1) leave()
    }
  }
  return {
    async use(work) {
      await enter()
      return await inSession(work).finally(leave)
    },
    drain,
    async close() {
      closed = true
      // Whoever is in the middle of something ends first: a state file under an open transaction never closes.
      await drain(async () => undefined)
    },
  }
}
