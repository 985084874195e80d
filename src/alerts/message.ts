// Decides how news reads, whatever carries it: a subject, and sections of lines. Pure.

import type { Alert, Cause, Recovery } from './alert.ts'
import type { News } from './news.ts'

export interface Place {
  readonly project: string
  readonly workspace: string
  /** Address of the dashboard. */
  readonly link?: string
}

export interface Message {
  /** A line of its own. */
  readonly subject: string
  readonly sections: readonly Section[]
  readonly link?: string
}

export interface Section {
  readonly title: string
  readonly entries: readonly { readonly name: string; readonly lines: readonly string[] }[]
  /** Entries that are left out. */
  readonly more: number
}

/** When all of two hundred syncs fail at once, nobody reads two hundred lines. */
const MOST_ENTRIES = 20

const WORDS: Readonly<Record<Cause, string>> = {
  failed: 'failed',
  held: 'held by a guard',
  rejected: 'rejected',
  late: 'late',
  size: 'of an unusual size',
}

export function messageOf(news: News, { project, workspace, link }: Place): Message {
  const sections = [
    sectionOf('New', news.begun.map(alertEntry)),
    sectionOf('Recovered', news.recovered.map(recoveryEntry)),
    sectionOf('Still', news.lasting.map(lastingEntry)),
  ].filter((section) => section.entries.length > 0)
  return {
    subject: `${project}, ${workspace}: ${summary(news)}`,
    sections,
    ...(link === undefined ? {} : { link }),
  }
}

function sectionOf(title: string, entries: Section['entries']): Section {
  return {
    title,
    entries: entries.slice(0, MOST_ENTRIES),
    more: Math.max(0, entries.length - MOST_ENTRIES),
  }
}

/** `2 failed, 1 held by a guard, 1 recovered`; a digest starts with `still`. */
function summary({ begun, recovered, lasting }: News): string {
  const parts = [
    ...countsOf(begun),
    ...(recovered.length === 0 ? [] : [`${recovered.length} recovered`]),
    ...countsOf(lasting).map((text) => `still ${text}`),
  ]
  return parts.join(', ')
}

function countsOf(alerts: readonly Alert[]): string[] {
  const byCause = Map.groupBy(alerts, (alert) => alert.cause)
  return [...byCause].map(([cause, found]) => `${found.length} ${WORDS[cause]}`)
}

const nameOf = (sync: string): string => (sync === '' ? 'the whole run' : sync)

function alertEntry({ sync, cause, text, hint }: Alert): Section['entries'][number] {
  return {
    name: nameOf(sync),
    lines: [`${WORDS[cause]}: ${text}`, ...(hint === undefined ? [] : [hint])],
  }
}

function lastingEntry(alert: Alert): Section['entries'][number] {
  const { name, lines } = alertEntry(alert)
  const [first = '', ...rest] = lines
  return { name, lines: [`${first} (since ${moment(alert.since)})`, ...rest] }
}

function recoveryEntry({ sync, causes, since }: Recovery): Section['entries'][number] {
  const was = causes.map((cause) => WORDS[cause]).join(', ')
  return { name: nameOf(sync), lines: [`no longer ${was} (it was since ${moment(since)})`] }
}

/** `2026-11-22 07:30 UTC` */
const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

/** For an e-mail. */
export function plainText({ sections, link }: Message): string {
  const parts = sections.map(({ title, entries, more }) =>
    [
      `${title}:`,
      ...entries.flatMap(({ name, lines }) => [`- ${name}`, ...lines.map((line) => `  ${line}`)]),
      ...(more === 0 ? [] : [`- and ${more} more`]),
    ].join('\n'),
  )
  return `${[...parts, ...(link === undefined ? [] : [link])].join('\n\n')}\n`
}

/** Slack's own markup; its three signs are written as it asks ("Formatting text for app surfaces"). */
export function slackText({ subject, sections, link }: Message): string {
  const parts = sections.map(({ title, entries, more }) =>
    [
      `*${title}*`,
      ...entries.flatMap(({ name, lines }) => [
        `• *${escaped(name)}*: ${escaped(lines[0] ?? '')}`,
        ...lines.slice(1).map((line) => `    ${escaped(line)}`),
      ]),
      ...(more === 0 ? [] : [`• and ${more} more`]),
    ].join('\n'),
  )
  const where = link === undefined ? [] : [`<${link}|Dashboard>`]
  return cut([`*Brazier* ${escaped(subject)}`, ...parts, ...where].join('\n\n'))
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Slack cuts at 40,000 characters itself; what is longer than this nobody reads in a channel. */
const MOST_CHARACTERS = 8000
const cut = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text
