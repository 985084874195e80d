import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unusualSize } from '../../src/alerts/size-anomaly.ts'

const steady = [1000, 1010, 990, 1005, 995, 1000, 1002, 998]

describe('unusualSize', () => {
  it.each([
    ['the usual', 1003, undefined],
    ['a tenth more, within what chance does', 1100, undefined],
    ['half of it', 500, { usual: 1000 }],
    ['nothing', 0, { usual: 1000 }],
    ['twice as many', 2000, { usual: 1000 }],
  ])('of a steady size: %s', (_what, now, verdict) => {
    expect(unusualSize(now, steady, 6)).toEqual(verdict)
  })

  it('knows nothing of fewer than eight runs', () => {
    expect(unusualSize(0, steady.slice(1), 6)).toBeUndefined()
  })

  it('is switched off by 0', () => {
    expect(unusualSize(0, steady, 0)).toBeUndefined()
  })

  it('is not misled by a broken night among the runs', () => {
    const withNights = [...steady, 0, 0, 0]
    expect(unusualSize(0, withNights, 6)).toEqual({ usual: 998 })
    expect(unusualSize(1000, withNights, 6)).toBeUndefined()
  })

  it('allows more to a size that wanders', () => {
    const wandering = [1000, 1400, 700, 1200, 900, 1600, 600, 1100, 1300]
    expect(unusualSize(2500, wandering, 6)).toBeUndefined()
    expect(unusualSize(5000, wandering, 6)).toEqual({ usual: 1100 })
  })

  it('has nothing to say of a size that is among those before it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 8, maxLength: 30 }), (sizes) => {
        const usual = [...sizes].sort((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? 0
        expect(unusualSize(usual, sizes, 6)).toBeUndefined()
      }),
    )
  })
})
