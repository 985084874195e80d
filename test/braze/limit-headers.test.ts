import { describe, expect, it } from 'vitest'
import { readLimit, readWait } from '../../src/braze/limit-headers.ts'
import { WALL_NOW } from './support/open.ts'

const NOW_SECONDS = WALL_NOW / 1000

describe('readWait', () => {
  it.each([
    [{ 'x-ratelimit-retry-after': '7', 'x-ratelimit-reset': '99' }, 7_000],
    [{ 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': String(NOW_SECONDS + 3) }, 3_000],
    [{ 'x-ratelimit-reset': String(NOW_SECONDS - 30) }, 0],
    [{ 'x-ratelimit-retry-after': '90000' }, 3_600_000],
    [{ 'x-ratelimit-retry-after': 'soon', 'x-ratelimit-reset': '2' }, 2_000],
    [{ 'x-ratelimit-retry-after': ['4', '9'] }, 4_000],
    [{ 'x-ratelimit-retry-after': '' }, undefined],
    [{ 'retry-after': '5' }, undefined],
    [{}, undefined],
  ])('%j asks for %s ms', (headers, wait) => {
    expect(readWait(headers, WALL_NOW)).toBe(wait)
  })
})

describe('readLimit', () => {
  const names = (limit: string, remaining: string, reset: string) => ({
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-reset': reset,
  })

  it('reads both forms of the reset', () => {
    const report = { limit: 3000, remaining: 12, secondsLeft: 2 }
    expect(readLimit(names('3000', '12', '2'), WALL_NOW)).toEqual(report)
    expect(readLimit(names('3000', '12', String(NOW_SECONDS + 2)), WALL_NOW)).toEqual(report)
  })

  it('takes what is left for the limit, where no limit is named', () => {
    const headers = { 'x-ratelimit-remaining': '12', 'x-ratelimit-reset': '2' }
    expect(readLimit(headers, WALL_NOW)).toEqual({ limit: 12, remaining: 12, secondsLeft: 2 })
  })

  it.each([
    [{ 'x-ratelimit-remaining': '12' }],
    [{ 'x-ratelimit-reset': '2' }],
    [names('3000', 'many', '2')],
    [names('3000', '-1', '2')],
    [names('3000', '0', '0')],
    [names('3000', '0', String(NOW_SECONDS - 1))],
  ])('says nothing for %j', (headers) => {
    expect(readLimit(headers, WALL_NOW)).toBeUndefined()
  })
})
