// Decides what the ledger says of the project as it stands: each sync's last run, its size, what holds or fails it, who is
// in doubt; which syncs are orphans; which run is under way.

import { coveredSlots, type LastRun, lastRuns } from '../ledger/recent.ts'
import { asNumber, asText, inScope, type Ledger } from '../ledger/sql.ts'
import { SENT_AGAIN } from '../ledger/standing.ts'
import { readSyncs, recordFor, type SyncRecord } from '../ledger/syncs.ts'
import type { Sync } from '../model/definition.ts'
import type { RunnableKind } from '../model/words.ts'
import { orphansOf } from './writers.ts'

export interface SyncState {
  readonly name: string
  readonly kind: RunnableKind
  /** No file makes it any more. */
  readonly isOrphan: boolean
  /** People of whom Braze holds something because of it. */
  readonly size: number
  readonly settledAt: string | null
  readonly last: LastRun | null
  readonly inDoubt: number
  readonly rejected: number
  readonly parked: number
  readonly coveredSlot: Date | null
}

export interface LedgerState {
  readonly syncs: readonly SyncState[]
  readonly underWay: { readonly run: string; readonly place: string } | null
}

export async function readState(ledger: Ledger, syncs: readonly Sync[]): Promise<LedgerState> {
  const facts: Facts = {
    records: await readSyncs(ledger),
    last: await lastRuns(ledger),
    doubt: await countBy(ledger, 'doubt', SENT_AGAIN),
    rejected: await countBy(ledger, 'rejections'),
    parked: await countBy(ledger, 'rejections', 'parked'),
    covered: await coveredSlots(ledger),
  }
  const living = syncs.map((sync) => stateOf(facts, sync, recordFor(facts.records, sync)?.sync ?? sync.name))
  const orphans = orphansOf(facts.records, syncs).map((record) =>
    stateOf(facts, { name: record.sync, kind: record.definition?.kind ?? 'audience' }, record.sync, true),
  )
  return { syncs: [...living, ...orphans], underWay: await runUnderWay(ledger) }
}

/** What a ledger that is not there yet would say. */
export const emptyState = (syncs: readonly Sync[]): LedgerState => ({
  syncs: syncs.map((sync) => stateOf(NOTHING, sync, sync.name)),
  underWay: null,
})

interface Facts {
  readonly records: ReadonlyMap<string, SyncRecord>
  readonly last: ReadonlyMap<string, LastRun>
  readonly doubt: ReadonlyMap<string, number>
  readonly rejected: ReadonlyMap<string, number>
  readonly parked: ReadonlyMap<string, number>
  readonly covered: ReadonlyMap<string, Date>
}

const NOTHING: Facts = {
  records: new Map(),
  last: new Map(),
  doubt: new Map(),
  rejected: new Map(),
  parked: new Map(),
  covered: new Map(),
}

function stateOf(
  facts: Facts,
  sync: { readonly name: string; readonly kind: RunnableKind },
  known: string,
  isOrphan = false,
): SyncState {
  const record = facts.records.get(known)
  return {
    name: sync.name,
    kind: sync.kind,
    isOrphan,
    size: record?.size ?? 0,
    settledAt: record?.settledAt ?? null,
    last: facts.last.get(known) ?? null,
    inDoubt: facts.doubt.get(known) ?? 0,
    rejected: facts.rejected.get(known) ?? 0,
    parked: facts.parked.get(known) ?? 0,
    coveredSlot: facts.covered.get(known) ?? null,
  }
}

async function countBy(
  ledger: Ledger,
  table: 'doubt' | 'rejections',
  condition = 'true',
): Promise<Map<string, number>> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, count(*) as n from ${dialect.table(table)} where ${inScope(ledger)} and ${condition} group by sync`,
  )
  return new Map(rows.map((row) => [asText(row.sync) ?? '', asNumber(row.n)]))
}

async function runUnderWay(ledger: Ledger): Promise<LedgerState['underWay']> {
  const { dialect, session } = ledger
  const [row] = await session.rows(
    `select run, place from ${dialect.table('lease')} where ${inScope(ledger)} and holder <> '' and expires_at > ${dialect.now}`,
  )
  return row === undefined ? null : { run: asText(row.run) ?? '', place: asText(row.place) ?? '' }
}
