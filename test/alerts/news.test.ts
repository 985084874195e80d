import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Alert, CAUSES } from '../../src/alerts/alert.ts'
import { type NewsInput, newsOf } from '../../src/alerts/news.ts'
import type { ToldAlert } from '../../src/ledger/alerts.ts'

const DAY = 86_400
const NOW = new Date('2026-03-04T12:00:00.000Z')
const past = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString()

const alert = (sync: string, cause: Alert['cause']): Alert => ({ sync, cause, since: past(60), text: 'x' })
const told = (sync: string, cause: Alert['cause'], ago = 3600): ToldAlert => ({
  channel: 'slack',
  sync,
  cause,
  since: past(ago + 60),
  toldAt: past(ago),
})
const news = (input: Partial<NewsInput>) =>
  newsOf({
    standing: [],
    told: [],
    untold: new Set(),
    living: new Set(['vip', 'quiz']),
    now: NOW,
    digestSeconds: DAY,
    ...input,
  })

describe('newsOf', () => {
  it('tells once what begins', () => {
    const standing = [alert('vip', 'held')]
    expect(news({ standing }).begun).toEqual(standing)
    expect(news({ standing, told: [told('vip', 'held')] })).toEqual({
      begun: [],
      recovered: [],
      lasting: [],
      over: [],
    })
  })

  it('reminds after a day of all that lasts, since when it really does', () => {
    const standing = [alert('vip', 'held'), alert('quiz', 'late'), alert('quiz', 'rejected')]
    const known = [told('vip', 'held', DAY), told('quiz', 'late', 60)]
    const { lasting, begun } = news({ standing, told: known })
    expect(lasting.map(({ sync, since }) => [sync, since])).toEqual([
      ['vip', past(DAY + 60)],
      ['quiz', past(120)],
    ])
    expect(begun.map(({ cause }) => cause)).toEqual(['rejected'])
  })

  it('says of a sync that it is well only when nothing stands any more', () => {
    const known = [told('vip', 'late', 7200), told('vip', 'rejected')]
    expect(news({ told: known }).recovered).toEqual([
      { sync: 'vip', causes: ['rejected', 'late'], since: past(7260) },
    ])
    const worse = news({ told: known, standing: [alert('vip', 'failed')] })
    expect(worse.recovered).toEqual([])
    expect(worse.over).toEqual(known)
    expect(worse.begun.map(({ cause }) => cause)).toEqual(['failed'])
  })

  it('forgets a sync that is gone without a word; the run as a whole lives on', () => {
    const known = [told('gone', 'held'), told('', 'failed')]
    const { recovered, over } = news({ told: known })
    expect(recovered.map(({ sync }) => sync)).toEqual([''])
    expect(over).toEqual(known)
  })

  it('leaves what stood against a sync of which the run said nothing', () => {
    expect(news({ told: [told('vip', 'held')], untold: new Set(['vip']) })).toMatchObject({
      recovered: [],
      over: [],
    })
  })

  it('never says the same twice, whatever comes and goes', () => {
    const cause = fc.constantFrom(...CAUSES)
    const sync = fc.constantFrom('', 'vip', 'quiz')
    const one = fc.record({ sync, cause }).map((found) => alert(found.sync, found.cause))
    const moments = fc.uniqueArray(one, { selector: (found) => `${found.sync} ${found.cause}`, maxLength: 6 })
    fc.assert(
      fc.property(fc.array(moments, { maxLength: 12 }), (story) => {
        let known: ToldAlert[] = []
        for (const standing of story) {
          const { begun, over, lasting } = news({ standing, told: known })
          expect(lasting).toEqual([])
          const kept = known.filter((row) => !over.includes(row))
          for (const fresh of begun)
            expect(kept.some((row) => row.sync === fresh.sync && row.cause === fresh.cause)).toBe(false)
          known = [...kept, ...begun.map((fresh) => told(fresh.sync, fresh.cause, 0))]
          const names = (rows: readonly Pick<ToldAlert, 'sync' | 'cause'>[]) =>
            rows.map((row) => `${row.sync} ${row.cause}`).sort()
          expect(names(known)).toEqual(names(standing))
        }
      }),
    )
  })
})
