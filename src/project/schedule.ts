// Decides what a schedule means: text to five cron fields, and the moments (slots) at which it is due. Pure: the
// caller brings the clock. Day of month and day of week are joined by OR, as cron does. A time that the clocks skip in
// spring is due right after the gap; a time that comes twice in autumn is due once, unless the schedule runs all day.

import { createHash } from 'node:crypto'
import { Cron } from 'croner'
import type { Schedule } from '../model/definition.ts'
import { nearest } from '../model/nearest.ts'
import { flaw, type Verdict } from './flaw.ts'

const UTC = 'UTC'
const KNOWN_FORMS = 'hourly, daily at 06:00, every 15 minutes, or a cron expression of five fields'
const FORMS = `Write ${KNOWN_FORMS}.`
const DAILY = /^daily(?: at (\d{1,2}):(\d{2}))?$/
const EVERY = /^every (?:(\d{1,4}) )?(minute|min|m|hour|h)s?$/
const CRON_FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week']
const ALLOWED_MINUTES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]
const ALLOWED_HOURS = [1, 2, 3, 4, 6, 8, 12, 24]

function cronOf(schedule: Pick<Schedule, 'cron' | 'timezone'>): Cron {
  // 'no-wildcard': a list of hours is a fixed time too, so `30 2,14` comes once on the autumn night.
  return new Cron(schedule.cron, {
    mode: '5-part',
    // UTC without a formatter of dates, whose first one takes a twentieth of a second.
    ...(schedule.timezone === UTC ? { utcOffset: 0 } : { timezone: schedule.timezone }),
    fixedTimeRule: 'no-wildcard',
    paused: true,
  })
}

function daily(hourText = '0', minuteText = '0'): Verdict<string> {
  const hour = Number(hourText)
  const minute = Number(minuteText)
  if (hour > 23 || minute > 59)
    return flaw('has a time of day that does not exist', 'Hours are 00:00 to 23:59.')
  return { value: `${minute} ${hour} * * *` }
}

function every(countText: string | undefined, unit: string): Verdict<string> {
  const count = Number(countText ?? 1)
  const isHours = unit.startsWith('h')
  const allowed = isHours ? ALLOWED_HOURS : ALLOWED_MINUTES
  if (!allowed.includes(count)) {
    const rule = isHours ? 'hours must divide a day' : 'minutes must divide an hour'
    return flaw(
      `cannot come every ${count} ${isHours ? 'hours' : 'minutes'}`,
      `The ${rule}: ${allowed.join(', ')}.`,
    )
  }
  if (isHours) return { value: count === 24 ? '0 0 * * *' : `0 ${count === 1 ? '*' : `*/${count}`} * * *` }
  return { value: count === 60 ? '0 * * * *' : `${count === 1 ? '*' : `*/${count}`} * * * *` }
}

function isCron(cron: string): boolean {
  try {
    return cronOf({ cron, timezone: 'UTC' }).getPattern() === cron
  } catch {
    return false
  }
}

function fiveFields(text: string): Verdict<string> {
  const cron = text.toUpperCase()
  if (!isCron(cron)) {
    // The library's own words repeat the text; each field tried alone finds the one at fault.
    const wrong = cron
      .split(' ')
      .findIndex((field, at) => !isCron(['*', '*', '*', '*', '*'].with(at, field).join(' ')))
    return flaw(`is not a cron expression: its field for the ${CRON_FIELDS[wrong] ?? 'time'} is wrong`, FORMS)
  }
  if (cronOf({ cron, timezone: 'UTC' }).nextRun(new Date(0)) === null) return flaw('never comes', FORMS)
  return { value: cron }
}

function cronText(text: string): Verdict<string> {
  if (text === 'hourly') return { value: '0 * * * *' }
  const dailyMatch = DAILY.exec(text)
  if (dailyMatch !== null) return daily(dailyMatch[1], dailyMatch[2])
  const everyMatch = EVERY.exec(text)
  if (everyMatch !== null) return every(everyMatch[1], everyMatch[2] ?? '')
  if (text.split(' ').length === 5) return fiveFields(text)
  const close = nearest(text, ['hourly', 'daily'])
  return flaw(`must be ${KNOWN_FORMS}`, close === undefined ? undefined : `Did you mean ${close}?`)
}

/** The flaw's message completes the sentence "schedule …". */
export function parseSchedule(written: string, timezone: string): Verdict<Schedule> {
  const text = written.trim()
  const cron = cronText(text.toLowerCase().replace(/\s+/g, ' '))
  return 'flaw' in cron ? cron : { value: { text, cron: cron.value, timezone } }
}

/** A time zone of the tz database. The flaw's message completes the sentence "timezone …". */
export function parseTimezone(written: string): Verdict<string> {
  const text = written.trim()
  if (text === UTC) return { value: UTC }
  const isOffset = /^[+-]|^(UTC|GMT)[+-]/i.test(text)
  try {
    if (!isOffset)
      return { value: new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone }
  } catch {
    // Falls through to the sentence below: the runtime's own names the value only.
  }
  const close = nearest(text, Intl.supportedValuesOf('timeZone'))
  return flaw(
    'must be the name of a time zone, such as UTC or Europe/Berlin',
    close === undefined ? undefined : `Did you mean ${close}?`,
  )
}

/** A sync's own share of the jitter in whole seconds: the same for a name, spread evenly over many. */
export function offsetWithin(jitterSeconds: number, name: string): number {
  const spread = Math.floor(jitterSeconds)
  return spread < 1 ? 0 : createHash('sha256').update(name).digest().readUInt32BE(0) % (spread + 1)
}

const offsetMs = ({ offsetSeconds = 0 }: Schedule): number => offsetSeconds * 1000

/** The latest nominal time whose moment has come by `now`. */
export function lastSlot(schedule: Schedule, now: Date): Date | null {
  // croner looks strictly before its reference and counts whole seconds.
  const reference = new Date(Math.floor((now.getTime() - offsetMs(schedule)) / 1000) * 1000 + 1000)
  return cronOf(schedule).previousRuns(1, reference)[0] ?? null
}

/** The moment of the slot that was the `count`-th latest at `now`; null when there were not so many. */
export function earlierSlot(schedule: Schedule, now: Date, count: number): Date | null {
  const reference = new Date(now.getTime() - offsetMs(schedule))
  const slot = cronOf(schedule).previousRuns(count, reference)[count - 1]
  return slot === undefined ? null : new Date(slot.getTime() + offsetMs(schedule))
}

/** The first moment after `now` at which it comes: its nominal time, and its own offset. */
export function nextSlot(schedule: Schedule, now: Date): Date | null {
  const nominal = cronOf(schedule).nextRun(new Date(now.getTime() - offsetMs(schedule)))
  return nominal === null ? null : new Date(nominal.getTime() + offsetMs(schedule))
}

const YEAR_SECONDS = 366 * 86_400
/** Enough for a fortnight of an hourly schedule, and quick; one with gaps of a minute stops at once. */
const SLOTS_LOOKED_AT = 400

function shortestGapSeconds(cron: string): number {
  // UTC has no clock changes, so the gaps are those that the author means.
  const runs = cronOf({ cron, timezone: 'UTC' })
  const first = runs.nextRun(new Date('2024-12-31T23:59:00Z'))
  let shortest = YEAR_SECONDS
  let slot = first
  for (
    let looked = 0;
    slot !== null && first !== null && looked < SLOTS_LOOKED_AT && shortest > 60;
    looked += 1
  ) {
    const next = runs.nextRun(slot)
    if (next === null || next.getTime() - first.getTime() > 2 * YEAR_SECONDS * 1000) break
    shortest = Math.min(shortest, (next.getTime() - slot.getTime()) / 1000)
    slot = next
  }
  return shortest
}

/** A service asks again and again, and looking takes a while. */
const gaps = new Map<string, number>()
const MOST_GAPS = 1_000

function rememberedGap(cron: string): number {
  const known = gaps.get(cron)
  if (known !== undefined) return known
  const found = shortestGapSeconds(cron)
  if (gaps.size >= MOST_GAPS) gaps.clear()
  gaps.set(cron, found)
  return found
}

/** The shortest time between two slots of one schedule, over all of them; null without schedules. */
export function shortestIntervalSeconds(schedules: readonly Schedule[]): number | null {
  const crons = new Set(schedules.map((schedule) => schedule.cron))
  return crons.size === 0 ? null : Math.min(...[...crons].map(rememberedGap))
}
