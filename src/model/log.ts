// Decides what a room may say while it works. The hall (cli) decides where that goes.

/** Fields are counts, names and times; never a person's data, never a key. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {} }
