// Decides that the ledger is there and fit for use: its schema at the version we know, and one Braze per project and
// workspace. A rehearsal against another Braze under the same name would advance production's snapshots.

import { createHash } from 'node:crypto'
import { BrazierError } from '../model/errors.ts'
import type { Row } from '../warehouse/port.ts'
import { createTable, MIGRATIONS } from './schema.ts'
import { asNumber, asText, inScope, insertRows, type Ledger, oneRow, raw, updateRows } from './sql.ts'

/** Makes the tables, or brings it forward. @throws BrazierError when a newer program has been here. */
export async function migrate(ledger: Ledger): Promise<void> {
  const { dialect, session } = ledger
  await racing(() => session.run(createTable(dialect, 'migrations')))
  const row = await oneRow(
    session,
    `select coalesce(max(version), 0) as version from ${dialect.table('migrations')}`,
  )
  const version = asNumber(row?.version)
  const newest = MIGRATIONS.at(-1)?.version ?? 0
  if (version > newest) {
    throw new BrazierError(`the ledger is at version ${version}, this program knows ${newest}`, {
      hint: 'A newer Brazier has written it: upgrade this one.',
    })
  }
  for (const migration of MIGRATIONS.filter((step) => step.version > version)) await apply(ledger, migration)
}

const TRIES = 5

/**
 * Two first runs at once: "if not exists" still fails for the one that loses the race, and finds everything made when it
 * asks again.
 */
async function racing(work: () => Promise<unknown>): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      await work()
      return
    } catch (error) {
      if (left === 1) throw error
    }
  }
}

async function apply(ledger: Ledger, migration: (typeof MIGRATIONS)[number]): Promise<void> {
  const { dialect, session } = ledger
  const done = `select ${migration.version} as version, ${dialect.now} as applied_at`
  const note =
    `insert into ${dialect.table('migrations')} (version, applied_at) select version, applied_at from (${done}) as m ` +
    `where not exists (select 1 from ${dialect.table('migrations')} as x where x.version = m.version)`
  // One after another on a connection, all at once where each is a job of its own.
  await Promise.all(migration.statements(dialect).map((sql) => racing(() => session.run(sql))))
  await racing(() => session.run(note))
}

/**
 * Remembers the Braze that this ledger belongs to.
 * @returns 'new key' when the key changed on the same origin, which is worth a warning.
 * @throws BrazierError when the origin is another one.
 */
export async function claimDestination(
  ledger: Ledger,
  braze: { origin: string; apiKey?: string },
): Promise<'known' | 'new key'> {
  const mark =
    braze.apiKey === undefined ? null : createHash('sha256').update(braze.apiKey).digest('hex').slice(0, 12)
  const row = (await readDestination(ledger)) ?? (await firstDestination(ledger, braze.origin, mark))
  if (row === undefined) return 'known'
  if (row.origin !== braze.origin) throw otherOrigin(ledger, asText(row.origin) ?? '', braze.origin)
  if (mark === null || row.key_mark === mark) return 'known'
  await ledger.session.run(updateRows(ledger, 'destinations', { set: { key_mark: mark }, where: {} }))
  return 'new key'
}

const readDestination = (ledger: Ledger): Promise<Row | undefined> =>
  oneRow(
    ledger.session,
    `select origin, key_mark from ${ledger.dialect.table('destinations')} where ${inScope(ledger)}`,
  )

/** A plan without a key must not bind the ledger: only who can send does. */
async function firstDestination(
  ledger: Ledger,
  origin: string,
  mark: string | null,
): Promise<Row | undefined> {
  if (mark === null) return undefined
  const row = { origin, key_mark: mark, since: raw(ledger.dialect.now) }
  await racing(async () => {
    if ((await readDestination(ledger)) === undefined)
      await ledger.session.run(insertRows(ledger, 'destinations', [row]))
  })
  return await readDestination(ledger)
}

function otherOrigin(ledger: Ledger, known: string, now: string): BrazierError {
  const { project, workspace } = ledger.scope
  return new BrazierError(
    `project ${project}, workspace ${workspace} belongs to ${known}, but braze.endpoint is ${now}`,
    {
      hint: 'The snapshots say what that Braze holds. Give the other one its own label: braze.workspace in config/brazier.yaml.',
    },
  )
}
