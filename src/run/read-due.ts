// Decides what is due by the ledger: what no run has covered and nobody has paused. The one way to ask, for `sync --due` and
// for the service alike.

import { readPauses } from '../ledger/pauses.ts'
import { coveredSlots } from '../ledger/recent.ts'
import type { Ledger } from '../ledger/sql.ts'
import type { Schedule, Sync } from '../model/definition.ts'
import { type DueSync, dueSyncs } from './due.ts'

export interface Calendar {
  readonly now: Date
  readonly lastSlot: (schedule: Schedule) => Date | null
}

/** Without a ledger nothing is covered, nor paused. */
export async function readDue(
  ledger: Ledger | undefined,
  syncs: readonly Sync[],
  calendar: Calendar,
): Promise<DueSync[]> {
  if (ledger === undefined) return dueSyncs(syncs, { ...calendar, covered: new Map() })
  const { all, bySync } = await readPauses(ledger)
  if (all !== undefined) return []
  const free = syncs.filter((sync) => !bySync.has(sync.name))
  return dueSyncs(free, { ...calendar, covered: await coveredSlots(ledger) })
}
