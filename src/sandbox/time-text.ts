// Decides which strings Braze takes for a time. Everything else stays a string, and time filters never match it.

import { LAST_YEAR } from '../model/limits.ts'

/**
 * Forms that the documentation of the user attributes object lists: ISO 8601, ISO with a colon before the milliseconds,
 * date and time with a blank (without zone), US dates. The rare `ddd MM dd HH:mm:ss.TZD YYYY` is left out.
 */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.:](\d+))?)?(Z|[+-]\d\d:?\d\d)?)?$/
const BLANK_SEPARATED = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/
const US_DATE = /^(\d\d)\/(\d\d)\/(\d{4})$/

/** Milliseconds since 1970 of a string that Braze stores as a time; undefined for any other string. */
export function timeOf(text: string): number | undefined {
  const us = US_DATE.exec(text)
  const parts = us === null ? (ISO.exec(text) ?? BLANK_SEPARATED.exec(text)) : [text, us[3], us[1], us[2]]
  if (parts === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  if (year > LAST_YEAR || hour > 23 || minute > 59 || second > 59) return undefined
  const midnight = midnightOf(year, month, day)
  if (midnight === undefined) return undefined
  const fraction = Math.trunc(Number(`0.${parts[7] ?? '0'}`) * 1000)
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offsetOf(parts[8])
}

/** A calendar date as `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && timeOf(text) !== undefined
}

/** A time as events must carry it: ISO 8601, with the T when there is a time of day. */
export function eventTimeOf(text: string): number | undefined {
  return /^\d{4}-\d\d-\d\d(?:T|$)/.test(text) ? timeOf(text) : undefined
}

function midnightOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
