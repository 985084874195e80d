// Decides the snapshot tables: one per sync, one typed column per write. What Braze holds because of us.

import type { Write } from '../model/definition.ts'
import type { Dialect } from '../warehouse/port.ts'

export interface SnapshotSpec {
  readonly table: string
  readonly writes: readonly Write[]
  /** Update-only syncs remember when a row was accepted last, to refresh it. */
  readonly sentAt: boolean
}

/** Its key is made by the first settle. `k` the person, `since` when the person entered (UTC), `sent_at` when the row was accepted last. */
export function createSnapshot(dialect: Dialect, spec: SnapshotSpec): string {
  const columns = [
    `k ${dialect.columnType('text')}`,
    `since ${dialect.types.timestamp}`,
    ...(spec.sentAt ? [`sent_at ${dialect.types.timestamp}`] : []),
    ...spec.writes.map((write) => `${dialect.ident(write.column)} ${dialect.columnType(write.valueKind)}`),
  ]
  return `create table if not exists ${dialect.table(spec.table)} (${columns.join(', ')})`
}

/** What stands in for the snapshot of a sync that has none yet. */
export const noSnapshot = ({ types }: Dialect): string =>
  `(select cast(null as ${types.text}) as k, cast(null as ${types.timestamp}) as since from (select 1 as one) as nobody where one = 0)`

/** Columns of new writes are made empty: one of that name may be left over from a definition long gone. */
export function addColumns(dialect: Dialect, spec: SnapshotSpec): string[] {
  const table = dialect.table(spec.table)
  return [
    ...(spec.sentAt
      ? [`alter table ${table} add column if not exists sent_at ${dialect.types.timestamp}`]
      : []),
    ...spec.writes.flatMap(({ column, valueKind }) => renewColumn(dialect, table, { column, valueKind })),
  ]
}

function renewColumn(
  dialect: Dialect,
  table: string,
  { column, valueKind }: Pick<Write, 'column' | 'valueKind'>,
): string[] {
  const type = dialect.columnType(valueKind)
  return dialect.columns === undefined
    ? [dropColumn(dialect, table, column), `alter table ${table} add column ${dialect.ident(column)} ${type}`]
    : [dialect.columns.renew(table, column, type)]
}

/** `table` is qualified. */
export const dropColumn = (dialect: Dialect, table: string, column: string): string =>
  dialect.columns?.drop(table, column) ??
  `alter table ${table} drop column if exists ${dialect.ident(column)}`

/** `snapshot_vip_3f9a1c`: the sync's name for people, a digest of project and workspace so that two never meet. */
export const snapshotName = (sync: string, digest: string): string => `snapshot_${sync}_${digest.slice(0, 6)}`
