// Decides how a result is refused whose rows cannot be told apart as people: how many, and what to do about each reason. Pure.

import { SyncError } from '../model/errors.ts'

export interface BadKeys {
  readonly rows: number
  readonly nulls: number
  readonly blanks: number
  /** Keys that stand on more than one row. */
  readonly duplicates: number
}

export function badKeys(
  file: string,
  keyColumns: readonly string[],
  { rows, nulls, blanks, duplicates }: BadKeys,
): SyncError {
  const all = `of ${counted(rows, 'row')}`
  const has = (number: number) => (number === 1 ? 'has' : 'have')
  const parts = [
    ...(nulls > 0 ? [`${digits(nulls)} ${all} ${has(nulls)} a null key`] : []),
    ...(blanks > 0 ? [`${digits(blanks)}${nulls > 0 ? '' : ` ${all}`} ${has(blanks)} a blank key`] : []),
    ...(duplicates > 0
      ? [`${counted(duplicates, 'key')} ${duplicates === 1 ? 'stands' : 'stand'} on more than one row`]
      : []),
  ]
  // What is not blank is not null either.
  const without = blanks > 0 ? "blank (`where trim(…) <> ''`)" : 'null (`where … is not null`)'
  const remedies = [
    ...(nulls + blanks > 0 ? [`Leave out the rows whose ${keyColumns.join(' or ')} is ${without}.`] : []),
    ...(duplicates > 0 ? ['Return each person once: group by, distinct, or row_number() = 1.'] : []),
    'Or say `bad_keys: withhold` in the header: those rows are left out.',
  ]
  return new SyncError(`${file}: ${parts.join(', ')}`, { hint: remedies.join(' ') })
}

const digits = (number: number): string => number.toLocaleString('en-US')

const counted = (number: number, one: string): string => `${digits(number)} ${one}${number === 1 ? '' : 's'}`
