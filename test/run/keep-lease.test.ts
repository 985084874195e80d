// A lease is renewed each third of its life, and never made shorter than what a settle has asked for.

import { describe, expect, it, vi } from 'vitest'
import { migrate } from '../../src/ledger/open.ts'
import { openContext, type RunContext } from '../../src/run/context.ts'
import { keepLease } from '../../src/run/keep-lease.ts'
import { KINDS } from '../flow/look.ts'
import { makeWorld } from '../support/world.ts'

const LIFE = 30
const SETTLE = 900

/** Seconds that the lease has left by the store's clock, and when it ends. */
async function left({ ledger }: RunContext): Promise<{ seconds: number; end: string }> {
  const { dialect, session } = ledger
  const [row] = await session.rows(
    `select ${dialect.isoText('expires_at')} as ends, ${dialect.isoText(dialect.now)} as now from ${dialect.table('lease')}`,
  )
  const end = String(row?.ends)
  return { seconds: (Date.parse(end) - Date.parse(String(row?.now))) / 1000, end }
}

describe.each(KINDS)('a lease on %s', (on) => {
  it('that a settle has prolonged stays so through the renewals that follow', async () => {
    const world = await makeWorld({ on, syncs: {}, data: [] })
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      await world.run(async (deps) => {
        const context = await openContext(deps)
        await migrate(context.ledger)
        // Our clock stands still, so that each renewal is seen by the store's.
        const still = { ...context, leaseSeconds: LIFE, monotonic: () => 0 }
        const lease = await keepLease(still, { run: 'r-1', waitSeconds: 0 })
        const first = await left(context)
        expect(first.seconds).toBeGreaterThan(LIFE - 5)
        expect(first.seconds).toBeLessThanOrEqual(LIFE)
        vi.advanceTimersByTime((LIFE * 1000) / 3)
        const renewed = await vi.waitFor(async () => {
          const now = await left(context)
          expect(now.end).not.toBe(first.end)
          return now
        })
        expect(renewed.seconds).toBeLessThanOrEqual(LIFE)
        await lease.extend(SETTLE)
        const extended = await left(context)
        expect(extended.seconds).toBeGreaterThan(SETTLE - 5)
        vi.advanceTimersByTime((LIFE * 1000) / 3)
        const kept = await vi.waitFor(async () => {
          const now = await left(context)
          expect(now.end).not.toBe(extended.end)
          return now
        })
        expect(kept.seconds).toBeGreaterThan(SETTLE - 5)
        await lease.release()
        await context.close()
      })
    } finally {
      vi.useRealTimers()
    }
  })
})
