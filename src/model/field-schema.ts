// Decides how the small values of a YAML file are written and what they become: durations in seconds, shares, limits,
// whole numbers, names. Every message completes the sentence "<key> …", and none of them repeats the value.
// Numbers and switches may also come as text, since that is what a `${VARIABLE}` gives.

import { z } from 'zod'
import type { Limit } from './definition.ts'

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const DURATION = /^\d+(\.\d+)? *(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)$/
const PERCENT = /^\d+(\.\d+)? *%$/
const PEOPLE_OR_PERCENT = /^\d+$|^\d+(\.\d+)? *%$/

/** Seconds of a text such as `10m`, `30 days`, `24 hours`; the unit's first letter tells it. */
function toSeconds(text: string): number {
  const unit = text.replace(/[\d. ]/g, '').charAt(0)
  return Number.parseFloat(text) * (SECONDS[unit] ?? 1)
}

/** A duration of at least `least` seconds (`leastText` says the same for people), in seconds. */
export function duration(least = 1, leastText = '1s') {
  const error = 'must be a duration such as 30s, 10m, 24 hours or 30 days'
  return z
    .string({ error })
    .regex(DURATION, { error })
    .transform(toSeconds)
    .refine((seconds) => seconds >= least, { error: `must be at least ${leastText}` })
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  const error = `must be a whole number ${range}`
  const number = z.int({ error }).min(least, { error }).max(most, { error })
  return z
    .union([number, z.string({ error }).regex(/^\d+$/, { error })], { error })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error })
}

export function yesOrNo() {
  const error = 'must be true or false'
  return z
    .union([z.boolean(), z.enum(['true', 'false'])], { error })
    .transform((value) => String(value) === 'true')
}

/** A share such as `20%`, from 0 to below 1. */
export function share() {
  const error = 'must be a share such as 20%'
  return z
    .string({ error })
    .regex(PERCENT, { error })
    .transform((text) => Number.parseFloat(text) / 100)
    .refine((value) => value < 1, { error: 'must be below 100%' })
}

function toLimit(value: string | number): Limit {
  const text = String(value)
  const number = Number.parseFloat(text)
  return text.endsWith('%') ? { unit: 'share', share: number / 100 } : { unit: 'people', count: number }
}

/** A whole number of people, or a share of them such as `20%`. */
export function limit() {
  const error = 'must be a whole number of people, or a share such as 20%'
  return z
    .union([z.int({ error }).min(0, { error }), z.string({ error }).regex(PEOPLE_OR_PERCENT, { error })], {
      error,
    })
    .transform(toLimit)
    .refine((value) => value.unit === 'people' || value.share <= 1, { error: 'must be 100% at most' })
}

const BYTES = /^\d+(\.\d+)? *([KMGTP]i?)?B$/
const POWERS = 'KMGTP'

function toBytes(value: string | number): number {
  const text = String(value)
  const [, prefix = '', binary] = /([KMGTP]?)(i?)B$/.exec(text) ?? []
  return Math.floor(
    Number.parseFloat(text) * (binary === 'i' ? 1024 : 1000) ** (POWERS.indexOf(prefix || ' ') + 1),
  )
}

/** An amount of data such as `25 GiB`, in bytes. */
export function bytes(least: number, leastText: string) {
  const error = 'must be an amount of data such as 25 GiB or 1TB'
  return z
    .union([z.int({ error }).min(0, { error }), z.string({ error }).regex(BYTES, { error })], { error })
    .transform(toBytes)
    .refine((value) => value >= least, { error: `must be at least ${leastText}` })
}

/** An amount of money, 0 or more. */
export function price() {
  const error = 'must be a price such as 6.25'
  return z
    .union([z.number({ error }).min(0, { error }), z.string({ error }).regex(/^\d+(\.\d+)?$/, { error })], {
      error,
    })
    .transform(Number)
}

/** Text with at least one character that is not a blank. */
export function someText() {
  return z.string().regex(/\S/, { error: 'must not be empty' })
}

/** One text, or a list of them; a list either way. */
export function textList() {
  const error = 'must be a text, or a list of texts'
  return z
    .union([someText(), z.array(someText())], { error })
    .transform((value) => (typeof value === 'string' ? [value] : value))
}

/** Name of a sync: it becomes part of table names, and an attribute unless the header says otherwise. */
export const SYNC_NAME = /^[a-z][a-z0-9_]{0,39}$/
