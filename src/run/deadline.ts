// Decides when the time for a run is up, and tells those who wait: Braze may make us wait for as long as it likes, so
// nobody can be relied on to ask.

export interface Deadline {
  /** Asks the clock; once it is up, the signal has aborted. */
  isUp(): boolean
  readonly signal: AbortSignal
  /** Takes the timer back. */
  close(): void
}

/** Timers are 32 bits wide, and may ring before the clock that counts has come round: then the rest is waited again. */
const LONGEST_MS = 2 ** 31 - 1

/** `ms` from now by a clock that only grows; infinite for a run that nothing cuts. */
export function openDeadline(ms: number, monotonic: () => number): Deadline {
  const end = monotonic() + ms
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const isUp = () => {
    if (!abort.signal.aborted && monotonic() >= end) abort.abort(new Error('The time for this run is up'))
    return abort.signal.aborted
  }
  const wait = () => {
    if (isUp() || end === Number.POSITIVE_INFINITY) return
    timer = setTimeout(wait, Math.min(Math.ceil(end - monotonic()), LONGEST_MS)).unref()
  }
  wait()
  return { isUp, signal: abort.signal, close: () => clearTimeout(timer) }
}
