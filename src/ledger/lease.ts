// Decides who may send and settle: a lease row with a fence, by the store's clock. A death certificate (a lock that the
// database frees when its holder dies) only shortens the wait; it never decides alone.

import { randomUUID } from 'node:crypto'
import { LeaseHeldError, LeaseLostError } from '../model/errors.ts'
import type { DeathCertificate, Dialect, Session } from '../warehouse/port.ts'
import { asNumber, asText, inScope, insertRows, type Ledger, literal, oneRow, raw } from './sql.ts'

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
  request: { run: string; place: string; certificate: DeathCertificate | null; seconds: number },
): Promise<Lease> {
  const free = request.certificate === null ? undefined : await request.certificate.take()
  const current = await holderOrNobody(ledger)
  // Lock free although a holder is on record who had it: its connection is dead, so take over at once. Lock held past the
  // expiry: its process is frozen, so take over too, without the lock; the fence keeps it from settling when it wakes.
  const isDead = free === true && current.certified
  if (current.holder !== '' && !current.expired && !isDead) throw held(current)
  const holder = randomUUID()
  const lease = { holder, fence: current.fence + 1 }
  await takeLease(ledger, lease, {
    ...request,
    current,
    certified: free === true,
  })
  const holders = (await readHolders(ledger)).filter((one) => one.holder !== '')
  const rival = holders.find((one) => one.holder !== holder && !one.expired)
  if (rival === undefined && holders.some((one) => one.holder === holder)) return lease
  await releaseLease(ledger, lease)
  throw held(rival ?? { run: '', place: 'another process' })
}

/** What the row says; makes it when there is none. */
async function holderOrNobody(ledger: Ledger): Promise<Holder> {
  const [known] = await readHolders(ledger)
  if (known !== undefined) return known
  const nobody = {
    holder: '',
    fence: 0,
    certified: false,
    expires_at: raw(ledger.dialect.now),
    run: '',
    place: '',
  }
  // Two first runs at once: a key lets one row in. Where there are no keys there may be two rows, see readHolders.
  await ledger.session.run(insertRows(ledger, 'lease', [nobody])).catch(() => 0)
  const [made] = await readHolders(ledger)
  if (made === undefined) throw held({ run: '', place: 'another process' })
  return made
}

interface Taking {
  readonly current: Holder
  readonly run: string
  readonly place: string
  readonly seconds: number
  readonly certified: boolean
}

async function takeLease(ledger: Ledger, lease: Lease, taking: Taking): Promise<void> {
  const { dialect, session } = ledger
  const expires = dialect.plusSeconds(dialect.now, taking.seconds)
  const text = (value: string) => literal(dialect, value)
  await session.run(
    `update ${dialect.table('lease')} set holder = ${text(lease.holder)}, fence = ${lease.fence}, certified = ${taking.certified}, expires_at = ${expires}, ` +
      `run = ${text(taking.run)}, place = ${text(taking.place)} ` +
      `where ${inScope(ledger)} and fence = ${taking.current.fence} and holder = ${text(taking.current.holder)}`,
  )
}

/**
 * The one that counts first: the newest, and somebody before nobody. Without keys two first runs may each have made a row
 * and hold it: whoever sees the other one gives way, and the one that comes later does see it.
 */
async function readHolders(ledger: Ledger): Promise<Holder[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select holder, fence, expires_at <= ${dialect.now} as expired, certified, run, place from ${dialect.table('lease')} where ${inScope(ledger)} order by fence desc, holder desc`,
  )
  return rows.map((row) => ({
    holder: asText(row.holder) ?? '',
    fence: asNumber(row.fence),
    expired: row.expired === true,
    certified: row.certified === true,
    run: asText(row.run) ?? '',
    place: asText(row.place) ?? '',
  }))
}

const held = (current: Pick<Holder, 'run' | 'place'>): LeaseHeldError =>
  new LeaseHeldError(`run ${current.run} holds the lease (${current.place})`, {
    hint: 'One run at a time per project and workspace. Wait for it, or use --wait 10m.',
  })

/** Extends the lease; false when it is no longer ours. */
export async function renewLease(ledger: Ledger, lease: Lease, seconds: number): Promise<boolean> {
  const { dialect, session } = ledger
  const touched = await session.run(
    `update ${dialect.table('lease')} set expires_at = ${dialect.plusSeconds(dialect.now, seconds)} where ${ours(ledger, lease)}`,
  )
  // Not every database says how many rows it touched.
  return (
    touched > 0 ||
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
  if (row === undefined) throw takenOver()
}

export const takenOver = (): LeaseLostError =>
  new LeaseLostError('the lease was taken over by another run', {
    hint: 'Nothing more was sent or settled; the other run does the rest.',
  })

/**
 * Condition that goes into every statement of a settle where transactions do not hold the lease's row: a holder that was
 * taken over then changes nothing.
 */
export const stillOurs = (ledger: Ledger, lease: Lease): string =>
  ledger.dialect.isAtomic
    ? 'true'
    : `exists (select 1 from ${ledger.dialect.table('lease')} where ${ours(ledger, lease)} and expires_at > ${ledger.dialect.now})`

const ours = (ledger: Pick<Ledger, 'scope'> & { dialect: Dialect }, lease: Lease): string =>
  `${inScope(ledger)} and holder = ${literal(ledger.dialect, lease.holder)} and fence = ${lease.fence}`
