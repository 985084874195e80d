// Decides how numbers, lengths of time and moments are written for people.

import { dataAmount, priceText } from '../model/data-amount.ts'

const DAY = 86_400

/** `12,345` */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

/** `1 request`, `1,204 requests` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${Math.round(value) === 1 ? one : many}`

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h` */
export function length(seconds: number): string {
  if (seconds < 10) return `${(Math.ceil(seconds * 10) / 10).toLocaleString('en-US')} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return pair(whole, { unit: 60, names: ['min', 's'], part: 1 })
  if (whole < DAY) return pair(whole, { unit: 3600, names: ['h', 'min'], part: 60 })
  return pair(whole, { unit: DAY, names: ['d', 'h'], part: 3600 })
}

function pair(
  seconds: number,
  { unit, names, part }: { unit: number; names: readonly [string, string]; part: number },
): string {
  const large = Math.floor(seconds / unit)
  const small = Math.floor((seconds % unit) / part)
  return small === 0 ? `${large} ${names[0]}` : `${large} ${names[0]} ${small} ${names[1]}`
}

/** `2026-11-22 03:05 UTC` of a moment or its ISO 8601 text. */
export function moment(at: Date | string): string {
  const iso = typeof at === 'string' ? at : at.toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

/** `12 min ago`, `in 40 s`: the larger unit only, since people ask how fresh it is. */
export function distance(at: Date | string, now: Date): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000
  const text = roughly(Math.abs(seconds))
  return seconds > 0 ? `in ${text}` : `${text} ago`
}

function roughly(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 2 * DAY ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / DAY)} d`
}

/** Two cells: what a query reads, and what that costs. */
export const costOf = (cost: { bytes: number; price: number } | undefined): string[] =>
  cost === undefined ? ['', ''] : [dataAmount(cost.bytes), priceText(cost.price)]

/** Every line of a text moved to the right. */
export const indented = (text: string, blanks = 2): string => text.replace(/^(?=.)/gm, ' '.repeat(blanks))
