// Decides how rows that we withhold (bad values, bad keys) are kept as rejections, so that each is listed with its reason
// for as long as it stands, and no longer.

import type { Marks } from './marks.ts'
import { asNumber, inScope, type Ledger, literal, oneRow } from './sql.ts'

export interface Withheld {
  /** How many were not on record for the same reason. */
  readonly fresh: number
}

export async function keepWithheld(
  ledger: Ledger,
  input: {
    sync: string
    run: string
    candidates: string
    /** Rows without a key, and rows that are flagged. */
    keyless: number
    flagged: number
    marks: Marks
  },
): Promise<Withheld> {
  const { dialect, session } = ledger
  const rejections = dialect.table('rejections')
  const ours = `${inScope(ledger)} and sync = ${literal(dialect, input.sync)} and source = 'brazier'`
  const oursX = `${inScope(ledger, 'x')} and x.sync = ${literal(dialect, input.sync)} and x.source = 'brazier'`
  const bad = `select coalesce(k, '') as k, bad as reason from ${input.candidates} where bad is not null`
  const rows =
    input.keyless === 0
      ? bad
      : `${bad} union all select '', ${literal(dialect, `${input.keyless} ${input.keyless === 1 ? 'row' : 'rows'} without a key`)}`
  const isKnown = input.marks.refusals(input.sync).some(({ source }) => source === 'brazier')
  if (!isKnown && input.keyless + input.flagged === 0) return { fresh: 0 }
  const fixed = [ledger.scope.project, ledger.scope.workspace, input.sync]
    .map((text) => literal(dialect, text))
    .join(', ')
  const run = literal(dialect, input.run)
  return await session.transaction(async (tx) => {
    await tx.run(
      `delete from ${rejections} as r where ${inScope(ledger, 'r')} and r.sync = ${literal(dialect, input.sync)} and r.source = 'brazier' ` +
        `and not exists (select 1 from (${rows}) as b where b.k = r.k and b.reason = r.reason)`,
    )
    await tx.run(
      `update ${rejections} set attempts = attempts + 1, run = ${run}, last_at = ${dialect.now} where ${ours}`,
    )
    const before = asNumber((await oneRow(tx, `select count(*) as n from ${rejections} where ${ours}`))?.n)
    await tx.run(
      `insert into ${rejections} (project, workspace, sync, k, attribute, source, reason, value_mark, attempts, parked, run, first_at, last_at) ` +
        `select ${fixed}, b.k, '', 'brazier', b.reason, '', 1, false, ${run}, ${dialect.now}, ${dialect.now} from (${rows}) as b ` +
        `where not exists (select 1 from ${rejections} as x where ${oursX} and x.k = b.k and x.reason = b.reason)`,
    )
    const after = asNumber((await oneRow(tx, `select count(*) as n from ${rejections} where ${ours}`))?.n)
    return { fresh: after - before }
  })
}
