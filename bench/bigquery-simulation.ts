// Decides what the statements of a real run would bill on tables of another size: every table that a statement names, by the
// columns that it mentions, times the rows that the scenario has. Pure.

import { bytesOf, type Scenario, type Table, tables } from './bigquery-cost.ts'

export interface Simulated {
  readonly bytes: number
  /** Statements that read a table of the audience's size, by the sort of table. */
  readonly touching: Readonly<Record<string, number>>
  /** Statements that read only small tables, and statements that read nothing. */
  readonly small: number
  readonly free: number
}

/** `sqls` ran on a ledger in `dataset`. */
export function simulate(sqls: readonly string[], dataset: string, scenario: Scenario): Simulated {
  const sizes = tables(scenario)
  const touching: Record<string, number> = {}
  let [bytes, small, free] = [0, 0, 0]
  for (const sql of sqls) {
    const names = namesIn(sql, dataset)
    if (isFree(sql) || names.length === 0) {
      free += 1
      continue
    }
    const sorts = names.map(sortOf)
    for (const sort of sorts) if (sort !== 'small') touching[sort] = (touching[sort] ?? 0) + 1
    if (sorts.every((sort) => sort === 'small')) small += 1
    const reads = sorts.map((sort) => ({ table: sizes[sort], columns: mentioned(sql, sizes[sort]) }))
    bytes += bytesOf({ stage: '', writes: false, reads })
  }
  return { bytes, touching, small, free }
}

/** Rows that are written out, empty tables, and tables that go bill nothing. */
const isFree = (sql: string): boolean =>
  /^\s*(?:drop |insert into [^(]*\([^)]*\)\s*values|create table (?:(?! as\s).)*$)/is.test(withoutTexts(sql))

const withoutTexts = (sql: string): string => sql.replace(/'(?:[^'\\]|\\.)*'/gs, "''")

/** Tables that are read: the target of an INSERT or a CREATE is only written. */
function namesIn(sql: string, dataset: string): string[] {
  const body = withoutTexts(sql).replace(
    /^\s*(?:insert into|create (?:or replace )?table(?: if not exists)?) (?:`[^`]+`\.?)+/i,
    '',
  )
  const names = [...body.matchAll(new RegExp(`\`${dataset}\`\\.\`([^\`]+)\``, 'g'))].map(
    ([, name]) => name ?? '',
  )
  return [...new Set(names)]
}

type Sort = 'candidates' | 'delta' | 'outbox' | 'small' | 'snapshot'

function sortOf(name: string): Sort {
  const [, sort] = /^(candidates|delta|outbox|snapshot)_/.exec(name) ?? []
  return (sort ?? 'small') as Sort
}

/** By their names alone, so a name that two tables share counts for both: more rather than less. */
const mentioned = (sql: string, table: Table): string[] =>
  Object.keys(table.columns).filter(
    (column) => column === 'all' || new RegExp(`\\b${column}\\b`).test(withoutTexts(sql)),
  )
