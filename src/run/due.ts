// Decides which syncs are due: those whose latest schedule slot no run has covered. Pure; the caller brings the calendar.

import type { Schedule, Sync } from '../model/definition.ts'

export interface DueInput {
  /** For each sync the newest slot that needs no further run (ledger). */
  readonly covered: ReadonlyMap<string, Date>
  readonly now: Date
  /** The latest nominal time that has come by `now`; null when there is none. */
  readonly lastSlot: (schedule: Schedule) => Date | null
}

export interface DueSync {
  readonly sync: Sync
  /** The slot that a run of it now covers. */
  readonly slot: Date
}

/**
 * A sync that was never run is due at once. However many slots were missed, one run makes up for them, and none does once
 * the latest is older than the sync's catch-up. A renamed one is as far as it was under its former name.
 */
export function dueSyncs(syncs: readonly Sync[], { covered, now, lastSlot }: DueInput): DueSync[] {
  return syncs.flatMap((sync) => {
    const slot = lastSlot(sync.schedule)
    const done = covered.get(sync.name) ?? (sync.was === undefined ? undefined : covered.get(sync.was))
    if (slot === null || (done !== undefined && (done >= slot || isTooLate(sync.schedule, slot, now))))
      return []
    return [{ sync, slot }]
  })
}

function isTooLate({ catchUpSeconds, offsetSeconds = 0 }: Schedule, slot: Date, now: Date): boolean {
  if (catchUpSeconds === undefined) return false
  return now.getTime() - slot.getTime() > (catchUpSeconds + offsetSeconds) * 1000
}

/** The slot that each sync's next run covers, whether it is due or not: a run by hand counts as well. */
export function slotsNow(
  syncs: readonly Sync[],
  lastSlot: (schedule: Schedule) => Date | null,
): Map<string, Date> {
  return new Map(
    syncs.flatMap((sync) => {
      const slot = lastSlot(sync.schedule)
      return slot === null ? [] : [[sync.name, slot] as const]
    }),
  )
}
