// A clock that stands still until somebody sleeps: waits of minutes take no time, and each is kept.

export interface FakeClock {
  readonly now: () => number
  readonly random: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly slept: number[]
  pass(ms: number): void
}

/** `late` is added to every sleep, as timers do. */
export function fakeClock(late: () => number = () => 0): FakeClock {
  let time = 1_000
  const slept: number[] = []
  return {
    now: () => time,
    random: () => 0.5,
    slept,
    pass: (ms) => {
      time += ms
    },
    async sleep(ms, signal) {
      await Promise.resolve()
      signal.throwIfAborted()
      slept.push(ms)
      time += ms + late()
    },
  }
}
