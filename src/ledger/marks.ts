// Decides which syncs have anything standing against their people: doubt, refusals, erasure. Read once for all syncs, since
// each further question takes seconds where a statement is a job of its own.

import type { Identity } from '../model/words.ts'
import { asText, inScope, type Ledger } from './sql.ts'

/** Refusals of one sync that are alike. */
export interface RefusalMark {
  readonly source: string
  readonly attribute: string
  readonly parked: boolean
}

export interface Marks {
  inDoubt(sync: string): boolean
  refusals(sync: string): readonly RefusalMark[]
  isErased(identity: Identity): boolean
}

export async function readMarks({ dialect, session, scope }: Ledger): Promise<Marks> {
  const ours = inScope({ dialect, scope })
  const nothing = `cast(null as ${dialect.types.text}) as source, cast(null as ${dialect.types.text}) as attribute, false as parked`
  const rows = await session.rows(
    `select 'doubt' as what, sync as name, ${nothing} from ${dialect.table('doubt')} where ${ours} group by sync ` +
      `union all select 'refused', sync, source, attribute, parked from ${dialect.table('rejections')} where ${ours} group by sync, source, attribute, parked ` +
      `union all select 'erased', identity, ${nothing} from ${dialect.table('tombstones')} where ${ours} group by identity`,
  )
  const named = (what: string) => rows.filter((row) => row.what === what)
  const doubted = new Set(named('doubt').map((row) => asText(row.name)))
  const erased = new Set(named('erased').map((row) => asText(row.name)))
  return {
    inDoubt: (sync) => doubted.has(sync),
    isErased: (identity) => erased.has(identity),
    refusals: (sync) =>
      named('refused')
        .filter((row) => row.name === sync)
        .map((row) => ({
          source: asText(row.source) ?? '',
          attribute: asText(row.attribute) ?? '',
          parked: row.parked === true,
        })),
  }
}
