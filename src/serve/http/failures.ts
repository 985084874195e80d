// Decides how often somebody may show a wrong token before nobody listens for a while. Pure, but for what it counts.

export interface Failures {
  /** Seconds until this address is listened to again; 0 when it is. */
  blockedFor(address: string, nowMs: number): number
  note(address: string, nowMs: number): void
}

const ALLOWED = 20
const WINDOW_MS = 60_000
/** Addresses remembered: whoever has more of them than this may as well have new ones. */
const MOST = 10_000

export function countFailures(): Failures {
  const counted = new Map<string, { times: number; readonly until: number }>()
  const standing = (address: string, nowMs: number) => {
    const found = counted.get(address)
    return found !== undefined && found.until > nowMs ? found : undefined
  }
  return {
    blockedFor(address, nowMs) {
      const found = standing(address, nowMs)
      return found === undefined || found.times < ALLOWED ? 0 : Math.ceil((found.until - nowMs) / 1000)
    },
    note(address, nowMs) {
      const found = standing(address, nowMs)
      if (found !== undefined) {
        found.times += 1
        return
      }
      counted.delete(address)
      const [oldest] = counted.keys()
      if (counted.size >= MOST && oldest !== undefined) counted.delete(oldest)
      counted.set(address, { times: 1, until: nowMs + WINDOW_MS })
    },
  }
}
