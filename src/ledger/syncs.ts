// Decides how the ledger's record of each sync is read: its snapshot, its version, its last settled definition.

import type { SettledDefinition } from '../model/definition.ts'
import type { Row } from '../warehouse/port.ts'
import { asJson, asNumber, asText, inScope, type Ledger } from './sql.ts'

/** What the ledger knows of a sync. */
export interface SyncRecord {
  readonly sync: string
  readonly snapshot: string
  readonly version: number
  readonly size: number
  readonly definition: SettledDefinition | undefined
  readonly sourceTime: string | undefined
  readonly settledAt: string | undefined
  readonly movedBy: string | undefined
  readonly movedFrom: number
}

export async function readSyncs(ledger: Ledger): Promise<Map<string, SyncRecord>> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, snapshot, version, size, definition, source_time, moved_by, moved_from, ${dialect.isoText('settled_at')} as settled_at from ${dialect.table('syncs')} where ${inScope(ledger)} order by sync`,
  )
  return new Map(rows.map((row) => [asText(row.sync) ?? '', syncRecord(row)]))
}

const syncRecord = (row: Row): SyncRecord => ({
  sync: asText(row.sync) ?? '',
  snapshot: asText(row.snapshot) ?? '',
  version: asNumber(row.version),
  size: asNumber(row.size),
  definition: asJson<SettledDefinition | undefined>(row.definition, undefined),
  sourceTime: asText(row.source_time),
  settledAt: asText(row.settled_at),
  movedBy: asText(row.moved_by),
  movedFrom: asNumber(row.moved_from),
})

/** The record under a sync's name; until its first run under a new one, under the former name that `was:` gives. */
export const recordFor = (
  records: ReadonlyMap<string, SyncRecord>,
  sync: { readonly name: string; readonly was?: string },
): SyncRecord | undefined =>
  records.get(sync.name) ?? (sync.was === undefined ? undefined : records.get(sync.was))
