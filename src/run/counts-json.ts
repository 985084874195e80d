// Decides the names that the numbers of a sync have as JSON: the same on the command line and over HTTP. Pure.

import type { PlanSync } from '../ledger/plans.ts'
import type { SyncReport } from '../ledger/runs.ts'

/** Of a sync that ran. People, unless named otherwise. */
export const ranJson = (
  sync: Pick<
    SyncReport,
    'rows' | 'added' | 'changed' | 'removed' | 'unchanged' | 'sent' | 'rejected' | 'unknown' | 'dataPoints'
  >,
) => ({
  rows: sync.rows,
  added: sync.added,
  changed: sync.changed,
  removed: sync.removed,
  unchanged: sync.unchanged,
  sent: sync.sent,
  rejected: sync.rejected,
  unknown: sync.unknown,
  data_points: sync.dataPoints,
})

/** Of a sync that is planned. */
export const plannedJson = ({ numbers }: Pick<PlanSync, 'numbers'>) => ({
  first_load: numbers.firstLoad,
  rows: numbers.rows,
  added: numbers.added,
  changed: numbers.changed,
  removed: numbers.removed,
  migrated: numbers.migrated,
  repaired: numbers.repaired,
  unchanged: numbers.unchanged,
  withheld: numbers.withheld,
  data_points: numbers.dataPoints,
  objects: numbers.objects,
  new_profiles: numbers.newProfiles,
  lost: { ...numbers.lost },
})
