// Decides who writes which attributes: living syncs by today's result where it is known, else by what the ledger remembers;
// orphans by the ledger. Pure.

import type { Shape } from '../ledger/shape.ts'
import { recordFor, type SyncRecord } from '../ledger/syncs.ts'
import type { Sync } from '../model/definition.ts'
import type { Writer } from './meetings.ts'

type Records = ReadonlyMap<string, SyncRecord>

export function writersOf(
  syncs: readonly Sync[],
  known: { readonly shapes: ReadonlyMap<string, Shape>; readonly records: Records },
): Writer[] {
  const { shapes, records } = known
  const living = syncs.map((sync): Writer => {
    const writes = shapes.get(sync.name)?.writes ?? recordFor(records, sync)?.definition?.writes ?? []
    return { name: sync.name, file: sync.file, orphan: false, writes }
  })
  const orphans = orphansOf(records, syncs).map(
    ({ sync, definition }): Writer => ({
      name: sync,
      file: '',
      orphan: true,
      writes: definition?.writes ?? [],
    }),
  )
  return [...living, ...orphans]
}

/** As it is told: a sync of the ledger without a file, and of how many people Braze holds something because of it. */
export interface Orphan {
  readonly name: string
  readonly size: number
}

/** Syncs of the ledger that no file makes, nor takes over. */
export function orphansOf(records: Records, syncs: readonly Sync[]): SyncRecord[] {
  const living = new Set(syncs.flatMap((sync) => [sync.name, recordFor(records, sync)?.sync]))
  return [...records.values()].filter((record) => !living.has(record.sync))
}
