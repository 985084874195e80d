// Decides what the values of options mean. Each is read when its command runs, so that --help loads nothing for it.

import { UsageError } from '../model/errors.ts'
import { duration } from '../model/field-schema.ts'

/** `30s`, `10m`, `1 hour` in seconds; nothing is no wait. */
export function seconds(option: string, text: string | undefined): number {
  if (text === undefined) return 0
  const read = duration().safeParse(text.trim())
  if (read.success) return read.data
  throw new UsageError(`${option} must be a duration such as 30s, 10m or 1h`, {
    hint: `For example: ${option} 10m`,
  })
}

export function wholeNumber(
  option: string,
  text: string,
  range: { readonly least: number; readonly most: number },
): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= range.least && value <= range.most) return value
  throw new UsageError(`${option} must be a whole number from ${range.least} to ${range.most}`)
}
