// Decides how many requests may be in flight: as many as the rate times the latency asks for, with room to spare.

const FEWEST = 4
/** More than rate times latency, since latency varies: a slow reply must not starve the pace. */
const ROOM = 1.5
/** Assumed until the first reply has come. */
const FIRST_LATENCY_MS = 100
/** Weight of a new latency in the moving average: about the last 20 replies count. */
const WEIGHT = 0.1

export interface Demand {
  /** Requests a second. */
  readonly rate: number
  readonly latencyMs: number | undefined
  readonly most: number
}

export function requestsInFlight({ rate, latencyMs, most }: Demand): number {
  const wanted = Math.ceil(rate * ((latencyMs ?? FIRST_LATENCY_MS) / 1000) * ROOM)
  return Math.min(Math.max(wanted, FEWEST), Math.max(most, 1))
}

export function smoothedLatency(known: number | undefined, latest: number): number {
  return known === undefined ? latest : known + (latest - known) * WEIGHT
}
