// Decides whether the process that took a state file is dead. In a container every process has number 1, so a number
// means something only together with the boot, the process namespace and the moment at which the process began. Pure.

/** Milliseconds between two signs of life. */
export const HEARTBEAT_MS = 5_000
/** Without a sign of life for so long, a process that we cannot look up is taken for dead. */
export const SILENCE_MS = 30_000

/** What stands in the lock file. */
export interface Holder {
  readonly token: string
  readonly host: string
  /** Identity of this boot of the kernel; '' where the system does not tell. */
  readonly boot: string
  /** Identity of the process namespace; '' where there is none. */
  readonly namespace: string
  readonly pid: number
  /** When the process began, as the system counts; '' where it does not tell. */
  readonly started: string
}

/** What we know of ourselves and can look up. */
export interface Self {
  readonly host: string
  readonly boot: string
  readonly namespace: string
  /** Start of the process with this number, in our namespace: null when there is none, '' when it cannot be told. */
  startOf(pid: number): string | null
}

export interface Sighting {
  readonly holder: Holder
  /** Milliseconds since 1970 of the last sign of life. */
  readonly heartbeat: number
}

export function isDead({ holder, heartbeat }: Sighting, self: Self, now: number): boolean {
  const silent = now - heartbeat > SILENCE_MS
  const canLookUp =
    holder.host === self.host && holder.boot === self.boot && holder.namespace === self.namespace
  if (!canLookUp) return silent
  const started = self.startOf(holder.pid)
  if (started === null) return true
  if (started === '' || holder.started === '') return silent
  // The same number with another beginning is another process. The same process is alive even when it is silent: it may
  // be stopped or swapped out, and still has the file open.
  return started !== holder.started
}
