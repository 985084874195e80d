import { describe, expect, it } from 'vitest'
import { claimDestination, migrate } from '../../src/ledger/open.ts'
import { TABLES } from '../../src/ledger/schema.ts'
import { createDatabase } from '../support/postgres.ts'
import { openPostgres } from '../warehouse/open-test.ts'
import { openLedger } from './open-ledger.ts'

const ORIGIN = 'https://rest.fra-01.braze.eu'

describe.each(['duckdb', 'postgres'] as const)('opening a ledger on %s', (kind) => {
  it('makes every table with every column once, however often', async () => {
    const ledger = await openLedger(kind)
    await migrate(ledger)
    await migrate(ledger)
    const rows = await ledger.rows(
      `select table_name as t, string_agg(column_name, ',' order by ordinal_position) as c from information_schema.columns where table_schema = 'brazier' group by table_name`,
    )
    expect(Object.fromEntries(rows.map(({ t, c }) => [t, c]))).toEqual(
      Object.fromEntries(
        Object.entries(TABLES).map(([name, { columns }]) => [name, Object.keys(columns).join(',')]),
      ),
    )
    expect(await ledger.value(`select count(*) as n from ${ledger.dialect.table('migrations')}`)).toBe(2)
    await ledger.close()
  })

  it('refuses one that a newer program has written', async () => {
    const ledger = await openLedger(kind)
    await ledger.run(`insert into ${ledger.dialect.table('migrations')} values (1000, ${ledger.dialect.now})`)
    await expect(migrate(ledger)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/^the ledger is at version 1000, this program knows \d+$/),
    })
    await ledger.close()
  })

  it('belongs to the first Braze that it could send to, and notices a new key', async () => {
    const ledger = await openLedger(kind)
    // A plan without a key binds nothing.
    expect(await claimDestination(ledger, { origin: 'http://127.0.0.1:1' })).toBe('known')
    expect(await claimDestination(ledger, { origin: ORIGIN, apiKey: 'secret-1' })).toBe('known')
    expect(await claimDestination(ledger, { origin: ORIGIN })).toBe('known')
    expect(await claimDestination(ledger, { origin: ORIGIN, apiKey: 'secret-2' })).toBe('new key')
    expect(await claimDestination(ledger, { origin: ORIGIN, apiKey: 'secret-2' })).toBe('known')
    await expect(
      claimDestination(ledger, { origin: 'http://127.0.0.1:1', apiKey: 'secret-2' }),
    ).rejects.toThrow(
      `project shop, workspace test belongs to ${ORIGIN}, but braze.endpoint is http://127.0.0.1:1`,
    )
    await expect(claimDestination(ledger, { origin: 'http://127.0.0.1:1' })).rejects.toThrow('belongs to')
    const kept = JSON.stringify(await ledger.rows(`select * from ${ledger.dialect.table('destinations')}`))
    expect(kept).not.toContain('secret')
    await ledger.close()
  })
})

it('lets several first runs at once all find a ledger on postgres', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { url } = await createDatabase()
    const opened = await Promise.all([1, 2, 3, 4].map(() => openPostgres(url, 'postgres')))
    const outcomes = await Promise.allSettled(
      opened.map(async ({ store }) => {
        await store.makeSchema()
        const session = await store.session()
        const ledger = { session, dialect: store.dialect, scope: { project: 'shop', workspace: 'test' } }
        try {
          await migrate(ledger)
          return await claimDestination(ledger, { origin: ORIGIN, apiKey: 'k' })
        } finally {
          await session.close()
        }
      }),
    )
    await Promise.all(opened.map((databases) => databases.close()))
    expect(outcomes).toEqual(outcomes.map(() => ({ status: 'fulfilled', value: 'known' })))
  }
})
