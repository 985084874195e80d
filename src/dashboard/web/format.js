// Decides how numbers, lengths of time and moments are written, as the command line writes them.

import { h } from './dom.js'

const DAY = 86_400

/**
 * `12,345`
 * @param {number} value
 */
export const count = (value) => Math.round(value).toLocaleString('en-US')

/**
 * `1 request`, `1,204 requests`
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export const counted = (value, one, many = `${one}s`) =>
  `${count(value)} ${Math.round(value) === 1 ? one : many}`

/** @param {number} value */
export const people = (value) => counted(value, 'person', 'people')

/**
 * `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`
 * @param {number} seconds
 */
export function length(seconds) {
  if (seconds < 10) return `${(Math.ceil(seconds * 10) / 10).toLocaleString('en-US')} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', `${whole % 60} s`)
  if (whole < DAY) return pair(Math.floor(whole / 3600), 'h', `${Math.floor((whole % 3600) / 60)} min`)
  return pair(Math.floor(whole / DAY), 'd', `${Math.floor((whole % DAY) / 3600)} h`)
}

/**
 * @param {number} large
 * @param {string} unit
 * @param {string} small
 */
const pair = (large, unit, small) =>
  small.startsWith('0 ') ? `${large} ${unit}` : `${large} ${unit} ${small}`

/**
 * `12 min ago`, `in 40 s`
 * @param {string | Date} at
 * @param {Date} [now]
 */
export function distance(at, now = new Date()) {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000
  const text = roughly(Math.abs(seconds))
  return seconds > 0 ? `in ${text}` : `${text} ago`
}

/** @param {number} seconds */
function roughly(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 2 * DAY ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / DAY)} d`
}

const ABSOLUTE = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
})
const SHORT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})

/**
 * `22 Nov 2026, 05:12:30`, on this machine's clock.
 * @param {string} at
 */
export const absolute = (at) => ABSOLUTE.format(new Date(at))

/**
 * `22 Nov, 05:12`
 * @param {string} at
 */
export const short = (at) => SHORT.format(new Date(at))

const DAY_OF_MONTH = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/**
 * `22 Nov`
 * @param {Date} at
 */
export const day = (at) => DAY_OF_MONTH.format(at)

/**
 * `05:12`
 * @param {Date} at
 */
export const time = (at) => TIME.format(at)

/**
 * Relative, with the moment itself on hover; it stays true while the page is open.
 * @param {string | null} at
 * @param {string} [otherwise]
 */
export function ago(at, otherwise = 'never') {
  if (at === null) return h('span', { class: 'quiet' }, otherwise)
  const title = `${absolute(at)} (${at.slice(0, 19).replace('T', ' ')} UTC)`
  return h('time', { datetime: at, title, 'data-distance': '' }, distance(at))
}

export function freshenTimes() {
  for (const time of document.querySelectorAll('time[data-distance]')) {
    const text = distance(time.getAttribute('datetime') ?? '')
    if (time.textContent !== text) time.textContent = text
  }
}
