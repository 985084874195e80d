// Decides what becomes of the fields that Braze knows by name. A value that Braze cannot use is dropped without a word;
// the few that make it refuse the whole object are judged earlier, in judge-attributes.

import { MAX_STRING_CHARACTERS } from '../model/limits.ts'
import { phoneKey } from './identity.ts'
import type { Json } from './json-value.ts'
import { isDate, timeOf } from './time-text.ts'
import { drop, longerThan, set, unset, type Write } from './write.ts'

/** Standard fields that cost a data point when they are set (Braze docs, "Data points"). */
const BILLED: ReadonlySet<string> = new Set([
  'first_name',
  'last_name',
  'email',
  'gender',
  'dob',
  'phone',
  'home_city',
  'time_zone',
  'country',
  'language',
  'current_location',
])
const GENDERS: ReadonlySet<string> = new Set(['M', 'F', 'O', 'N', 'P'])

export function writeStandardField(name: string, value: Json): Write {
  const dataPoints = BILLED.has(name) ? 1 : 0
  if (value === null) return unset(dataPoints)
  if (typeof value === 'string') return writeText(name, value, dataPoints)
  if (name === 'email_open_tracking_disabled' || name === 'email_click_tracking_disabled') {
    return typeof value === 'boolean' ? set(value, dataPoints) : drop('wrong_type')
  }
  return STRUCTURED.has(name) ? set(value, dataPoints) : drop('wrong_type')
}

const STRUCTURED: ReadonlySet<string> = new Set(['current_location', 'push_tokens', 'facebook', 'twitter'])

function writeText(name: string, text: string, dataPoints: number): Write {
  if (longerThan(text, MAX_STRING_CHARACTERS)) return drop('string_too_long')
  const accepted = TEXT_FIELDS.get(name)
  if (accepted === undefined) return drop('wrong_type')
  if (name !== 'country') return accepted(text) ? set(text, dataPoints) : drop('unknown_value')
  const country = countryOf(text)
  // A country that cannot be mapped is stored as null: the old one is gone.
  return country === undefined
    ? { kind: 'unset', dataPoints, lost: 'unknown_value' }
    : set(country, dataPoints)
}

const always = () => true
const isTime = (text: string) => timeOf(text) !== undefined

const TEXT_FIELDS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['first_name', always],
  ['last_name', always],
  ['home_city', always],
  ['email', always],
  ['email_subscribe', always],
  ['push_subscribe', always],
  ['country', always],
  ['phone', (text) => phoneKey(text) !== ''],
  ['gender', (text) => GENDERS.has(text)],
  ['dob', isDate],
  ['language', isLanguage],
  ['time_zone', isTimeZone],
  ['date_of_first_session', isTime],
  ['date_of_last_session', isTime],
  ['marked_email_as_spam_at', isTime],
])

const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

function isLanguage(text: string): boolean {
  return /^[a-z]{2}$/.test(text) && languageNames.of(text) !== undefined
}

/** IANA names only; the Rails names that Braze takes as well ("Eastern Time (US & Canada)") are not known here. */
function isTimeZone(text: string): boolean {
  if (text !== 'UTC' && !text.includes('/')) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== ''
  } catch {
    return false
  }
}

/** The two-letter code of a country given by code or by English name. */
function countryOf(text: string): string | undefined {
  const code = text.toUpperCase()
  if (/^[A-Z]{2}$/.test(code)) return countryNames.of(code) === undefined ? undefined : code
  return codesByName().get(text.toLowerCase())
}

let countryCodes: ReadonlyMap<string, string> | undefined

function codesByName(): ReadonlyMap<string, string> {
  if (countryCodes !== undefined) return countryCodes
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const codes = letters.flatMap((first) => letters.map((second) => first + second))
  countryCodes = new Map(codes.map((code) => [countryNames.of(code)?.toLowerCase() ?? '', code]))
  return countryCodes
}
