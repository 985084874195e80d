// Decides how the ledger's word on all syncs is shared: many who ask at once, and the metrics, are given one reading that is a
// second old at most.

import { type Pauses, readPauses } from '../../ledger/pauses.ts'
import { lastSuccesses, sizeTrends } from '../../ledger/run-log.ts'
import type { Ledger } from '../../ledger/sql.ts'
import { readSyncs, type SyncRecord } from '../../ledger/syncs.ts'
import { type LedgerState, readState } from '../../run/status.ts'
import type { House } from '../house.ts'

export interface Standing {
  readonly state: LedgerState
  readonly pauses: Pauses
  readonly successes: ReadonlyMap<string, string>
  readonly records: ReadonlyMap<string, SyncRecord>
  /** Sizes after the last runs, oldest first; half a minute old at most. */
  readonly trends: ReadonlyMap<string, readonly number[]>
}

const FRESH_MS = 1_000
/** Of what looks at many runs. */
const TREND_FRESH_MS = 30_000

export interface ReadStanding {
  (): Promise<Standing>
  /** After a change of our own, which must be seen at once. */
  forget(): void
}

export function shareStanding(house: House): ReadStanding {
  let last: { readonly at: number; readonly found: Promise<Standing> } | undefined
  let trends: { readonly at: number; readonly found: Standing['trends'] } | undefined
  const readTrends = async (ledger: Ledger) => {
    const at = house.monotonic()
    if (trends === undefined || at - trends.at > TREND_FRESH_MS)
      trends = { at, found: await sizeTrends(ledger) }
    return trends.found
  }
  const readFresh = () => {
    const at = house.monotonic()
    if (last !== undefined && at - last.at < FRESH_MS) return last.found
    const found = read(house, readTrends)
    const mine = { at, found }
    last = mine
    found.catch(() => {
      if (last === mine) last = undefined
    })
    return found
  }
  const forget = () => {
    last = undefined
  }
  return Object.assign(readFresh, { forget })
}

const read = (house: House, readTrends: (ledger: Ledger) => Promise<Standing['trends']>): Promise<Standing> =>
  house.look(async (ledger) => ({
    state: await readState(ledger, house.project.current().syncs),
    pauses: await readPauses(ledger),
    successes: await lastSuccesses(ledger),
    records: await readSyncs(ledger),
    trends: await readTrends(ledger),
  }))
