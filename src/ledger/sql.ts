// Decides how values and rows become SQL text for the ledger's own tables, always within one project and workspace.

import type { Cell, Dialect, Row, Session } from '../warehouse/port.ts'
import type { TableName } from './schema.ts'

export interface Scope {
  readonly project: string
  readonly workspace: string
}

/** What every statement of the ledger needs: where to run, how to spell it, and for whom. */
export interface Ledger {
  readonly session: Session
  readonly dialect: Dialect
  readonly scope: Scope
}

/** SQL text that is not a value, such as `now()`. */
export interface Raw {
  readonly raw: string
}
export const raw = (text: string): Raw => ({ raw: text })
export type Value = Cell | Raw

export function literal(dialect: Dialect, value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'object') return value.raw
  if (typeof value === 'string') return dialect.literal(value)
  return String(value)
}

/** `project = … and workspace = …`, optionally of an alias. */
export function inScope(ledger: Pick<Ledger, 'dialect' | 'scope'>, alias = ''): string {
  const { dialect, scope } = ledger
  const prefix = alias === '' ? '' : `${alias}.`
  return `${prefix}project = ${dialect.literal(scope.project)} and ${prefix}workspace = ${dialect.literal(scope.workspace)}`
}

/** So many parts stand in a chain as they are; databases follow a longer one from part to part, and give up at some depth. */
const LONGEST_CHAIN = 90

/** Parts joined by an associative operator, in groups in brackets where they are many. */
export function chain(operator: '+' | '||', parts: readonly string[]): string {
  const text = (some: readonly string[]) => some.join(` ${operator} `)
  if (parts.length <= LONGEST_CHAIN) return text(parts)
  const groups = Array.from({ length: Math.ceil(parts.length / LONGEST_CHAIN) }, (_, i) =>
    parts.slice(i * LONGEST_CHAIN, (i + 1) * LONGEST_CHAIN),
  )
  return chain(
    operator,
    groups.map((group) => `(${text(group)})`),
  )
}

export type Values = Readonly<Record<string, Value>>

const equals = (dialect: Dialect, values: Values): string[] =>
  Object.entries(values).map(([column, value]) => `${dialect.ident(column)} = ${literal(dialect, value)}`)

export function insertRows(
  ledger: Pick<Ledger, 'dialect' | 'scope'>,
  table: TableName,
  rows: readonly Values[],
): string {
  const { dialect, scope } = ledger
  const columns = ['project', 'workspace', ...Object.keys(rows[0] ?? {})]
  const tuples = rows.map((row) => {
    const all: Values = { ...scope, ...row }
    return `(${columns.map((column) => literal(dialect, all[column] ?? null)).join(', ')})`
  })
  return `insert into ${dialect.table(table)} (${columns.map((c) => dialect.ident(c)).join(', ')}) values ${tuples.join(', ')}`
}

/** `only`: a further condition. */
export function updateRows(
  ledger: Ledger,
  table: TableName,
  change: { set: Values; where: Values; only?: string },
): string {
  const { dialect } = ledger
  const only = change.only === undefined ? [] : [change.only]
  const where = [inScope(ledger), ...equals(dialect, change.where), ...only].join(' and ')
  return `update ${dialect.table(table)} set ${equals(dialect, change.set).join(', ')} where ${where}`
}

export function deleteRows(ledger: Ledger, table: TableName, where: Values): string {
  const { dialect } = ledger
  return `delete from ${dialect.table(table)} where ${[inScope(ledger), ...equals(dialect, where)].join(' and ')}`
}

export async function oneRow(session: Session, sql: string): Promise<Row | undefined> {
  const [row] = await session.rows(sql)
  return row
}

/** A count or sum of a small result: numbers come as numbers, or as text where they could exceed 2^53; NULL is 0. */
export function asNumber(cell: Cell | undefined): number {
  return cell === null || cell === undefined ? 0 : Number(cell)
}

export function asText(cell: Cell | undefined): string | undefined {
  return cell === null || cell === undefined ? undefined : String(cell)
}

/** Text that was stored as JSON. */
export function asJson<T>(cell: Cell | undefined, absent: T): T {
  return typeof cell === 'string' ? (JSON.parse(cell) as T) : absent
}
