// Decides how a run that was asked for is kept until it is done, so that neither a restart nor another process loses it.

import type { Row } from '../warehouse/port.ts'
import { asJson, asText, inScope, insertRows, type Ledger, literal, raw, updateRows } from './sql.ts'

export interface Trigger {
  readonly run: string
  readonly command: 'sync' | 'apply' | 'plan'
  readonly origin: 'request' | 'schedule'
  readonly selection: readonly string[]
  readonly plan: string | null
  readonly askedBy: string | null
}

export interface TriggerRecord extends Trigger {
  readonly status: string
  readonly askedAt: string | null
  readonly endedAt: string | null
  readonly error: string | null
}

export async function saveTrigger(ledger: Ledger, trigger: Trigger, status: string): Promise<void> {
  const row = {
    run: trigger.run,
    command: trigger.command,
    origin: trigger.origin,
    selection: JSON.stringify(trigger.selection),
    plan: trigger.plan,
    status,
    asked_by: trigger.askedBy,
    asked_at: raw(ledger.dialect.now),
  }
  await ledger.session.run(insertRows(ledger, 'triggers', [row]))
}

export async function widenTrigger(
  ledger: Ledger,
  trigger: Pick<Trigger, 'run' | 'selection'>,
): Promise<void> {
  const set = { selection: JSON.stringify(trigger.selection) }
  await ledger.session.run(updateRows(ledger, 'triggers', { set, where: { run: trigger.run } }))
}

export async function markTrigger(ledger: Ledger, run: string, status: string): Promise<void> {
  await ledger.session.run(updateRows(ledger, 'triggers', { set: { status }, where: { run } }))
}

export async function endTrigger(
  ledger: Ledger,
  run: string,
  end: { readonly status: string; readonly error: string | null; readonly plan?: string },
): Promise<void> {
  const set = { ...end, ended_at: raw(ledger.dialect.now) }
  await ledger.session.run(updateRows(ledger, 'triggers', { set, where: { run } }))
}

/** Those that nobody has begun; and dry runs that were cut short, since a second plan does no harm. In the order asked. */
export async function waitingTriggers(ledger: Ledger): Promise<TriggerRecord[]> {
  return await find(ledger, `(status = 'queued' or (command = 'plan' and status = 'running')) order by run`)
}

/** Newest first. */
export async function readTriggers(
  ledger: Ledger,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<TriggerRecord[]> {
  const older = before === undefined ? 'true' : `run < ${literal(ledger.dialect, before)}`
  return await find(ledger, `${older} order by run desc limit ${limit}`)
}

export async function readTrigger(ledger: Ledger, run: string): Promise<TriggerRecord | undefined> {
  const [found] = await find(ledger, `run = ${literal(ledger.dialect, run)}`)
  return found
}

async function find(ledger: Ledger, rest: string): Promise<TriggerRecord[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select run, command, origin, selection, plan, status, asked_by, error, ${dialect.isoText('asked_at')} as asked_at, ` +
      `${dialect.isoText('ended_at')} as ended_at from ${dialect.table('triggers')} where ${inScope(ledger)} and ${rest}`,
  )
  return rows.map(recordOf)
}

function recordOf(row: Row): TriggerRecord {
  const command = asText(row.command)
  return {
    run: asText(row.run) ?? '',
    command: command === 'apply' || command === 'plan' ? command : 'sync',
    origin: row.origin === 'schedule' ? 'schedule' : 'request',
    selection: asJson<string[]>(row.selection, []),
    plan: asText(row.plan) ?? null,
    status: asText(row.status) ?? '',
    askedBy: asText(row.asked_by) ?? null,
    askedAt: asText(row.asked_at) ?? null,
    endedAt: asText(row.ended_at) ?? null,
    error: asText(row.error) ?? null,
  }
}
