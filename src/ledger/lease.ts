// Decides who may send and settle: a lease row with a fence, by the store's clock. A death certificate (a lock that the
// database frees when its holder dies) only shortens the wait; it never decides alone.

import { randomUUID } from 'node:crypto'
import { LeaseHeldError, LeaseLostError } from '../model/errors.ts'
import type { DeathCertificate, Dialect, Session } from '../warehouse/port.ts'
import { asNumber, asText, inScope, insertRows, type Ledger, literal, oneRow, raw } from './sql.ts'

/** Seconds that a lease lives unless renewed; renewed each third of it. Longer than any request may take. */
export const LEASE_SECONDS = 90

export interface Lease {
  readonly holder: string
  readonly fence: number
}

interface Holder {
  readonly holder: string
  readonly fence: number
  readonly expired: boolean
  /** It held its certificate when it took the lease; only then does a free lock mean that it is dead. */
  readonly certified: boolean
  readonly run: string
  readonly place: string
}

/** @throws LeaseHeldError when a living process holds it. */
export async function acquireLease(
  ledger: Ledger,
  request: { run: string; place: string; certificate: DeathCertificate | null; seconds?: number },
): Promise<Lease> {
  const free = request.certificate === null ? undefined : await request.certificate.take()
  const current = await readHolder(ledger)
  // Lock free although a holder is on record who had it: its connection is dead, so take over at once. Lock held past the
  // expiry: its process is frozen, so take over too, without the lock; the fence keeps it from settling when it wakes.
  const isDead = free === true && current?.certified === true
  if (current !== undefined && current.holder !== '' && !current.expired && !isDead) throw held(current)
  const holder = randomUUID()
  const taking = { ...request, holder, seconds: request.seconds ?? LEASE_SECONDS, certified: free === true }
  const taken =
    current === undefined ? await firstLease(ledger, taking) : await nextLease(ledger, { ...taking, current })
  if (taken) return { holder, fence: (current?.fence ?? 0) + 1 }
  throw held((await readHolder(ledger)) ?? { run: '', place: 'another process' })
}

interface Taking {
  readonly run: string
  readonly place: string
  readonly holder: string
  readonly seconds: number
  readonly certified: boolean
}

async function firstLease(ledger: Ledger, taking: Taking): Promise<boolean> {
  const { dialect, session } = ledger
  try {
    const row = {
      holder: taking.holder,
      fence: 1,
      certified: taking.certified,
      expires_at: raw(dialect.plusSeconds(dialect.now, taking.seconds)),
      run: taking.run,
      place: taking.place,
    }
    await session.run(insertRows(ledger, 'lease', [row]))
  } catch {
    // Two first runs at once: the primary key lets one in.
    return false
  }
  return (await readHolder(ledger))?.holder === taking.holder
}

async function nextLease(ledger: Ledger, taking: Taking & { current: Holder }): Promise<boolean> {
  const { dialect, session } = ledger
  const expires = dialect.plusSeconds(dialect.now, taking.seconds)
  const text = (value: string) => literal(dialect, value)
  await session.run(
    `update ${dialect.table('lease')} set holder = ${text(taking.holder)}, fence = ${taking.current.fence + 1}, certified = ${taking.certified}, expires_at = ${expires}, ` +
      `run = ${text(taking.run)}, place = ${text(taking.place)} ` +
      `where ${inScope(ledger)} and fence = ${taking.current.fence} and holder = ${text(taking.current.holder)}`,
  )
  return (await readHolder(ledger))?.holder === taking.holder
}

async function readHolder(ledger: Ledger): Promise<Holder | undefined> {
  const { dialect, session } = ledger
  const row = await oneRow(
    session,
    `select holder, fence, expires_at <= ${dialect.now} as expired, certified, run, place from ${dialect.table('lease')} where ${inScope(ledger)}`,
  )
  if (row === undefined) return undefined
  return {
    holder: asText(row.holder) ?? '',
    fence: asNumber(row.fence),
    expired: row.expired === true,
    certified: row.certified === true,
    run: asText(row.run) ?? '',
    place: asText(row.place) ?? '',
  }
}

const held = (current: Pick<Holder, 'run' | 'place'>): LeaseHeldError =>
  new LeaseHeldError(`run ${current.run} holds the lease (${current.place})`, {
    hint: 'One run at a time per project and workspace. Wait for it, or use --wait 10m.',
  })

/** Extends the lease; false when it is no longer ours. */
export async function renewLease(
  ledger: Ledger,
  lease: Lease,
  seconds: number = LEASE_SECONDS,
): Promise<boolean> {
  const { dialect, session } = ledger
  await session.run(
    `update ${dialect.table('lease')} set expires_at = ${dialect.plusSeconds(dialect.now, seconds)} where ${ours(ledger, lease)}`,
  )
  return (
    (await oneRow(session, `select 1 as ok from ${dialect.table('lease')} where ${ours(ledger, lease)}`)) !==
    undefined
  )
}

export async function releaseLease(ledger: Ledger, lease: Lease): Promise<void> {
  const { dialect, session } = ledger
  await session.run(
    `update ${dialect.table('lease')} set holder = '', expires_at = ${dialect.now} where ${ours(ledger, lease)}`,
  )
}

/** To be called first in every transaction that settles; a rival's take-over then waits for our commit. */
export async function checkFence(session: Session, ledger: Ledger, lease: Lease): Promise<void> {
  const { dialect } = ledger
  const row = await oneRow(
    session,
    `select 1 as ok from ${dialect.table('lease')} where ${ours(ledger, lease)} ${dialect.lockRows}`,
  )
  if (row !== undefined) return
  throw new LeaseLostError('the lease was taken over by another run', {
    hint: 'Nothing more was sent or settled; the other run does the rest.',
  })
}

const ours = (ledger: Pick<Ledger, 'scope'> & { dialect: Dialect }, lease: Lease): string =>
  `${inScope(ledger)} and holder = ${literal(ledger.dialect, lease.holder)} and fence = ${lease.fence}`
