import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireLease, checkFence, releaseLease, renewLease } from '../../src/ledger/lease.ts'
import { ledgerOn } from '../../src/run/context.ts'
import type { DeathCertificate } from '../../src/warehouse/port.ts'
import { openLedger, type TestLedger } from './open-ledger.ts'

const NAME = 'lease of a test'

type Opened = TestLedger & { close(): Promise<void> }

const acquire = (ledger: TestLedger, run: string, certificate: DeathCertificate | null = null) =>
  acquireLease(ledger, { run, place: `place of ${run}`, certificate, seconds: 90 })

/** The holder has not renewed for longer than its lease lives. */
const letExpire = (ledger: TestLedger) =>
  ledger.run(
    `update ${ledger.dialect.table('lease')} set expires_at = ${ledger.dialect.plusSeconds(ledger.dialect.now, -1)}`,
  )

describe.each(['duckdb', 'postgres'] as const)('the lease on %s', (kind) => {
  let ledger: Opened
  beforeEach(async () => {
    ledger = await openLedger(kind)
  })
  afterEach(() => ledger.close())

  it('is held by one, and the other is told by whom', async () => {
    const lease = await acquire(ledger, 'r-1')
    expect(lease.fence).toBe(1)
    await expect(acquire(ledger, 'r-2')).rejects.toMatchObject({
      name: 'LeaseHeldError',
      exitCode: 75,
      message: 'run r-1 holds the lease (place of r-1)',
    })
  })

  it('goes to the next one after its release, with a higher fence', async () => {
    await releaseLease(ledger, await acquire(ledger, 'r-1'))
    expect((await acquire(ledger, 'r-2')).fence).toBe(2)
  })

  it('is taken over once it has run out; the former holder then renews nothing and settles nothing', async () => {
    const first = await acquire(ledger, 'r-1')
    await checkFence(ledger.session, ledger, first)
    await letExpire(ledger)
    const second = await acquire(ledger, 'r-2')
    expect(second.fence).toBe(2)
    expect(await renewLease(ledger, first, 90)).toBe(false)
    await expect(checkFence(ledger.session, ledger, first)).rejects.toMatchObject({ name: 'LeaseLostError' })
    await releaseLease(ledger, first)
    await checkFence(ledger.session, ledger, second)
    await expect(acquire(ledger, 'r-3')).rejects.toMatchObject({ name: 'LeaseHeldError' })
  })

  it('is held on by renewing, also after it ran out if nobody took it', async () => {
    const lease = await acquire(ledger, 'r-1')
    await letExpire(ledger)
    expect(await renewLease(ledger, lease, 90)).toBe(true)
    await expect(acquire(ledger, 'r-2')).rejects.toMatchObject({ name: 'LeaseHeldError' })
  })

  it('of another workspace or project is another one', async () => {
    await acquire(ledger, 'r-1')
    const other = { ...ledger, scope: { ...ledger.scope, workspace: 'other' } }
    expect((await acquire(other, 'r-2')).fence).toBe(1)
  })
})

describe.each(['duckdb', 'postgres'] as const)('the lease and its death certificate on %s', (kind) => {
  let ledger: Opened
  beforeEach(async () => {
    ledger = await openLedger(kind)
  })
  afterEach(() => ledger.close())

  const certificate = () => certificateOf(ledger)

  it('a holder whose connection is gone is taken over at once', async () => {
    const dead = await certificate()
    await acquire(ledger, 'r-1', dead)
    // What the server does when a process dies.
    await dead.release()
    const heir = await certificate()
    expect((await acquire(ledger, 'r-2', heir)).fence).toBe(2)
    await heir.release()
  })

  it('a holder whose connection lives is left alone', async () => {
    const [mine, other] = [await certificate(), await certificate()]
    await acquire(ledger, 'r-1', mine)
    await expect(acquire(ledger, 'r-2', other)).rejects.toMatchObject({ name: 'LeaseHeldError' })
    await mine.release()
  })

  it('a frozen holder is taken over past its expiry; when it wakes and leaves, its heir is no corpse', async () => {
    const [frozen, heir, third] = [await certificate(), await certificate(), await certificate()]
    await acquire(ledger, 'r-1', frozen)
    await letExpire(ledger)
    const lease = await acquire(ledger, 'r-2', heir)
    expect(lease.fence).toBe(2)
    await frozen.release()
    await expect(acquire(ledger, 'r-3', third)).rejects.toMatchObject({ name: 'LeaseHeldError' })
    await checkFence(ledger.session, ledger, lease)
    await Promise.all([heir.release(), third.release()])
  })
})

describe('rivals on postgres', () => {
  let ledger: Opened
  beforeEach(async () => {
    ledger = await openLedger('postgres')
  })
  afterEach(() => ledger.close())

  it('of two that come at once, also for the very first time, one gets it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const sessions = await Promise.all([1, 2, 3].map(() => ledger.databases.store.session()))
      const certificates = await Promise.all([1, 2, 3].map(() => certificateOf(ledger)))
      const scope = { project: 'shop', workspace: `round ${round}` }
      const tries = sessions.map((session, i) =>
        acquireLease(
          { ...ledger, session, scope },
          { run: `r-${i}`, place: '', certificate: certificates[i] ?? null, seconds: 90 },
        ),
      )
      const outcomes = await Promise.allSettled(tries)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'LeaseHeldError' })
      await Promise.all([...certificates.map((one) => one.release()), ...sessions.map((one) => one.close())])
    }
  })

  it('a settle under way keeps whoever takes over waiting until it is committed', async () => {
    const lease = await acquire(ledger, 'r-1')
    await letExpire(ledger)
    const session = await ledger.databases.store.session()
    const order: string[] = []
    const project = { name: 'shop', braze: { workspace: 'test' } } as Parameters<
      typeof ledgerOn
    >[0]['project']
    const rival = ledgerOn({ project, databases: ledger.databases }, session)
    let takeOver: Promise<unknown> = Promise.resolve()
    await ledger.session.transaction(async (tx) => {
      await checkFence(tx, ledger, lease)
      takeOver = acquire({ ...ledger, ...rival }, 'r-2').then(() => order.push('taken over'))
      // Until the server says that the rival stands in line, it could only be slow.
      while ((await tx.rows(WAITING)).length === 0) order.length = 0
      order.push('settled')
    })
    await takeOver
    expect(order).toEqual(['settled', 'taken over'])
    await session.close()
  })
})

async function certificateOf({ databases }: TestLedger): Promise<DeathCertificate> {
  const made = await databases.store.deathCertificate(NAME)
  if (made === null) throw new Error('there is no certificate')
  return made
}

const WAITING = `select 1 as ok from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
