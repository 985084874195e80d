// The two forms of the limit: one window with three headers, or hour and burst with a bare time to wait.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRESH_RATE, type RateState, takeRequest } from '../../src/sandbox/rate-limit.ts'
import { type Answer, openSandbox, people, post } from './talk.ts'

const NOW = 1_700_000_001_500

function limitsIn({ headers }: Answer): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-ratelimit')))
}

describe('the standard form', () => {
  it('counts down, then answers 429 until the window ends; a 429 counts for nothing', async () => {
    let now = NOW
    const sandbox = await openSandbox({ now: () => now, rateLimit: { limit: 2, windowSeconds: 10 } })
    const send = () => post(sandbox, { attributes: people(1) })
    expect(limitsIn(await send())).toEqual({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': '1700000010',
    })
    await send()
    const limited = await send()
    expect(limited.status).toBe(429)
    expect(limitsIn(limited)).toMatchObject({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1700000010',
    })
    expect(sandbox.meter.objectsAccepted).toBe(2)
    now = 1_700_000_010_000
    expect((await send()).status).toBe(201)
  })

  it('can say the seconds left instead', async () => {
    const rateLimit = { limit: 2, windowSeconds: 10, resetUnit: 'delta' } as const
    const sandbox = await openSandbox({ now: () => NOW, rateLimit })
    expect(limitsIn(await post(sandbox, { attributes: people(1) }))['x-ratelimit-reset']).toBe('9')
  })

  it('can be switched off, headers and all', async () => {
    const sandbox = await openSandbox({ rateLimit: false })
    expect(limitsIn(await post(sandbox, { attributes: people(1) }))).toEqual({})
  })

  it('counts refused requests too, but not those with a wrong key', async () => {
    const sandbox = await openSandbox({ now: () => NOW })
    await post(sandbox, 'nonsense')
    await post(sandbox, { attributes: people(1) }, { headers: { authorization: 'Bearer wrong' } })
    expect(limitsIn(await post(sandbox, { attributes: people(1) }))['x-ratelimit-remaining']).toBe('2998')
  })
})

describe('the hourly form', () => {
  it('describes the hour, and says only how long to wait when it is used up', async () => {
    const sandbox = await openSandbox({ now: () => NOW, rateLimit: { mode: 'mau', limit: 1 } })
    const send = () => post(sandbox, { attributes: people(1) })
    const left = 3600 - (Math.floor(NOW / 1000) % 3600)
    expect(limitsIn(await send())).toEqual({
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(left),
    })
    const limited = await send()
    expect([limited.status, limitsIn(limited)]).toEqual([429, { 'x-ratelimit-retry-after': String(left) }])
  })

  it('has a burst limit beside it', async () => {
    const rateLimit = { mode: 'mau', burst: { limit: 1, seconds: 3 } } as const
    const sandbox = await openSandbox({ now: () => NOW, rateLimit })
    const send = () => post(sandbox, { attributes: people(1) })
    expect(limitsIn(await send())['x-ratelimit-remaining']).toBe('249999')
    expect(limitsIn(await send())).toEqual({ 'x-ratelimit-retry-after': '3' })
  })
})

it('never allows more than the limit in any window, and always the first', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 2500 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 5 }), (waits, limit) => {
      const rate = { mode: 'standard', window: { limit, seconds: 3 }, resetUnit: 'epoch' } as const
      const allowed = new Map<number, number>()
      let state: RateState = FRESH_RATE
      let now = NOW
      for (const wait of waits) {
        now += wait
        const verdict = takeRequest(rate, state, now)
        state = verdict.state
        const window = Math.floor(now / 3000)
        const before = allowed.get(window) ?? 0
        expect(verdict.allowed).toBe(before < limit)
        allowed.set(window, before + (verdict.allowed ? 1 : 0))
      }
    }),
  )
})
