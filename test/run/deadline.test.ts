import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDeadline } from '../../src/run/deadline.ts'

describe('the time for a run', () => {
  let now = 0
  const monotonic = () => now
  const pass = (ms: number) => {
    now += ms
    vi.advanceTimersByTime(ms)
  }
  beforeEach(() => {
    now = 5_000
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => void vi.useRealTimers())

  it('is up without anybody asking', () => {
    const { signal } = openDeadline(40_000, monotonic)
    pass(39_999)
    expect(signal.aborted).toBe(false)
    pass(1)
    expect(signal.aborted).toBe(true)
  })

  it('is up for whoever waits as soon as somebody has asked', () => {
    const { isUp, signal } = openDeadline(40_000, monotonic)
    expect(isUp()).toBe(false)
    now += 40_000
    expect([isUp(), signal.aborted]).toEqual([true, true])
  })

  it('is not up because a timer rang early, and may be months', () => {
    const months = 5 * 2 ** 31
    const { signal } = openDeadline(months, monotonic)
    vi.advanceTimersByTime(months)
    expect(signal.aborted).toBe(false)
    for (let part = 0; part < 5; part++) pass(2 ** 31)
    expect(signal.aborted).toBe(true)
  })

  it('never ends for what is not cut, and keeps no timer once closed', () => {
    const { isUp } = openDeadline(Number.POSITIVE_INFINITY, monotonic)
    expect(vi.getTimerCount()).toBe(0)
    pass(2 ** 40)
    expect(isUp()).toBe(false)
    const { close } = openDeadline(1_000, monotonic)
    expect(vi.getTimerCount()).toBe(1)
    close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
