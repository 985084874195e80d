// Decides how a request with an Idempotency-Key is remembered for a day, so that sent again it is answered, not done again.

import { asText, inScope, insertRows, type Ledger, literal, oneRow, raw } from './sql.ts'

export interface AnsweredRequest {
  readonly keyMark: string
  readonly bodyMark: string
  /** JSON. */
  readonly answer: string
}

const DAY_SECONDS = 86_400

export async function findRequest(ledger: Ledger, keyMark: string): Promise<AnsweredRequest | undefined> {
  const { dialect, session } = ledger
  const row = await oneRow(
    session,
    `select body_mark, answer from ${dialect.table('requests')} where ${inScope(ledger)} and key_mark = ${literal(dialect, keyMark)} ` +
      `and asked_at > ${dialect.plusSeconds(dialect.now, -DAY_SECONDS)} order by asked_at limit 1`,
  )
  return row && { keyMark, bodyMark: asText(row.body_mark) ?? '', answer: asText(row.answer) ?? '' }
}

/** Forgets the old ones on the way, the same key of days ago among them. */
export async function saveRequest(ledger: Ledger, request: AnsweredRequest): Promise<void> {
  const { dialect, session } = ledger
  await session.run(
    `delete from ${dialect.table('requests')} where ${inScope(ledger)} and asked_at <= ${dialect.plusSeconds(dialect.now, -DAY_SECONDS)}`,
  )
  const row = {
    key_mark: request.keyMark,
    body_mark: request.bodyMark,
    answer: request.answer,
    asked_at: raw(dialect.now),
  }
  await session.run(insertRows(ledger, 'requests', [row]))
}
