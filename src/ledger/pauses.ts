// Decides how it is kept that a sync, or everything, is paused: neither a schedule nor a trigger runs it.

import { asNumber, asText, deleteRows, inScope, insertRows, type Ledger, oneRow, raw } from './sql.ts'

export interface Pause {
  readonly since: string
  readonly by: string | null
  readonly reason: string | null
}

export interface Pauses {
  /** Everything is paused. */
  readonly all: Pause | undefined
  readonly bySync: ReadonlyMap<string, Pause>
}

const EVERYTHING = ''
/** Of the ledger's schema, in which pauses came. */
const FIRST_VERSION = 2

/** A ledger that no run has brought forward yet knows of none. */
export async function readPauses(ledger: Ledger): Promise<Pauses> {
  const { dialect, session } = ledger
  const version = await oneRow(session, `select max(version) as version from ${dialect.table('migrations')}`)
  if (asNumber(version?.version) < FIRST_VERSION) return { all: undefined, bySync: new Map() }
  const rows = await session.rows(
    `select sync, paused_by, reason, ${dialect.isoText('since')} as since from ${dialect.table('pauses')} where ${inScope(ledger)}`,
  )
  const found = new Map(
    rows.map((row) => [
      asText(row.sync) ?? EVERYTHING,
      {
        since: asText(row.since) ?? '',
        by: asText(row.paused_by) ?? null,
        reason: asText(row.reason) ?? null,
      },
    ]),
  )
  const all = found.get(EVERYTHING)
  found.delete(EVERYTHING)
  return { all, bySync: found }
}

/** `sync` undefined: everything. What is paused already stays so, since then. */
export async function pause(
  ledger: Ledger,
  sync: string | undefined,
  why: { readonly by: string | null; readonly reason: string | null },
): Promise<void> {
  const pauses = await readPauses(ledger)
  const standing = sync === undefined ? pauses.all : pauses.bySync.get(sync)
  if (standing !== undefined) return
  const row = {
    sync: sync ?? EVERYTHING,
    since: raw(ledger.dialect.now),
    paused_by: why.by,
    reason: why.reason,
  }
  await ledger.session.run(insertRows(ledger, 'pauses', [row]))
}

export async function resume(ledger: Ledger, sync: string | undefined): Promise<void> {
  await ledger.session.run(deleteRows(ledger, 'pauses', { sync: sync ?? EVERYTHING }))
}
