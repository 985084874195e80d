// Decides how a contract test keeps values: it does what the ledger does with an author's SQL, and reads the JSON back.

import { randomBytes } from 'node:crypto'
import type { Databases, Session, SourceColumn } from '../../../src/warehouse/port.ts'

export interface Kept {
  readonly column: SourceColumn
  readonly json: string | null
  readonly fault: string | null
}

/** The columns of every row of `sql`, in order; the first column must be a number that orders the rows. */
export async function keep(
  databases: Databases,
  session: Session,
  sql: string,
  round?: number,
): Promise<Kept[][]> {
  const { warehouse, store } = databases
  const table = `cand_${randomBytes(4).toString('hex')}`
  const source = await warehouse.columns(sql)
  const x = (column: SourceColumn) => `q.${warehouse.dialect.ident(column.name)}`
  const good = source.filter(({ value }) => value !== undefined)
  const select = good.flatMap((column, i) => [
    `${column.value?.canonical(x(column), round === undefined ? {} : { round })} as v${i}`,
    `${column.value?.fault?.(x(column)) ?? "nullif('', '')"} as f${i}`,
  ])
  const columns = good.flatMap(({ value }, i) => [
    { name: `v${i}`, kind: value?.kind ?? 'text' },
    { name: `f${i}`, kind: 'text' as const },
  ])
  await warehouse.candidates({
    sync: 'values',
    run: 'r1',
    select: `select ${select.join(', ')} from (\n${sql}\n) as q`,
    columns,
    table,
    session,
  })
  const read = good.map(
    ({ value }, i) => `${store.dialect.wire(value?.kind ?? 'text', `v${i}`)} as j${i}, f${i} as f${i}`,
  )
  const rows = await session.rows(
    `select ${read.join(', ')} from ${store.dialect.candidateTable(table)} order by v0`,
  )
  return rows.map((row) =>
    good.map((column, i) => ({
      column,
      json: row[`j${i}`] as string | null,
      fault: row[`f${i}`] as string | null,
    })),
  )
}
