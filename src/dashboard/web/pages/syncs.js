// Decides the first page: every sync with its size and how it stands, those that need somebody first.

/** @import { Page, Status, SyncLine, Visit } from '../shapes.d.ts' */

import { listSyncs } from '../api.js'
import { h, replace } from '../dom.js'
import { ago, count, counted, distance } from '../format.js'
import { pill } from '../parts/pill.js'
import { sparkline } from '../parts/sparkline.js'
import { table } from '../parts/table.js'
import {
  button,
  command,
  empty,
  heading,
  notice,
  planLink,
  runLink,
  syncLink,
  tagList,
} from '../parts/text.js'
import { askToPause } from '../pausing.js'
import { runNow } from '../run-now.js'
import { may, state } from '../state.js'

/** Worst first; those below are calm. */
const ORDER = ['failing', 'held', 'late', 'rejecting', 'paused', 'partial']
/** A list that one sees at once needs no search. */
const FEW = 8
/** Kept while one looks at a sync and comes back. */
let sought = ''

/**
 * @param {Visit} visit
 * @returns {Promise<Page>}
 */
export async function syncsPage({ signal, refresh }) {
  const list = await listSyncs(signal)
  const syncs = [...list.syncs].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name))
  const { status } = state
  const node = h(
    'div',
    {},
    heading({
      title: 'Syncs',
      below: syncs.length === 0 ? null : summary(syncs, status),
      actions: syncs.length > 0 && actions(refresh),
    }),
    status !== undefined && projectProblems(status),
    syncs.length === 0 ? howToBegin() : searchable(syncs),
  )
  return {
    title: 'Syncs',
    node,
    mark: JSON.stringify([list, status?.problems, status?.you, status?.next_at]),
  }
}

/** @param {SyncLine} sync */
const order = (sync) => (ORDER.includes(sync.health) ? ORDER.indexOf(sync.health) : ORDER.length)

/** @param {() => Promise<void>} refresh */
const actions = (refresh) => [
  may('operator') &&
    state.status?.paused === null &&
    button('Pause everything…', () => askToPause(null, refresh)),
  may('operator') &&
    state.status?.paused === null &&
    button('Run now…', () => runNow([], 'Run all syncs now'), 'primary'),
]

/**
 * @param {readonly SyncLine[]} syncs
 * @param {Status | undefined} status
 */
function summary(syncs, status) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const { health } of syncs) counts.set(health, (counts.get(health) ?? 0) + 1)
  const each = [...counts].map(([health, number]) => `${count(number)} ${health}`).join(', ')
  const next = status?.next_at
  const soon =
    next === null || next === undefined
      ? ''
      : ` Next due ${new Date(next) < new Date() ? 'now' : distance(next)}.`
  return `${counted(syncs.length, 'sync')}: ${each}.${soon}`
}

/** @param {Status} status */
const projectProblems = ({ problems }) =>
  problems.length > 0 &&
  notice(
    'bad',
    `The project on disk has ${counted(problems.length, 'problem')}. The last good one stays in force.`,
    h(
      'ul',
      { class: 'plain' },
      problems.map(({ file, line, message, hint }) =>
        h('li', {}, h('code', {}, line === null ? file : `${file}:${line}`), ` ${message}. ${hint ?? ''}`),
      ),
    ),
  )

/** @param {readonly SyncLine[]} syncs */
function searchable(syncs) {
  if (syncs.length <= FEW) return syncTable(syncs)
  const place = h('div')
  const input = h('input', {
    type: 'search',
    placeholder: 'Name, tag, kind or health',
    'aria-label': 'Search the syncs',
    value: sought,
    oninput: () => show(),
  })
  const show = () => {
    sought = input.value
    const words = sought.toLowerCase().split(/\s+/)
    const found = syncs.filter((sync) => words.every((word) => textOf(sync).includes(word)))
    replace(place, found.length === 0 ? empty('No sync matches.') : syncTable(found))
  }
  show()
  return h('div', {}, h('div', { class: 'search' }, input), place)
}

/** @param {SyncLine} sync */
const textOf = ({ name, tags, kind, health, description }) =>
  [name, kind, health, description, ...tags].join(' ').toLowerCase()

/** @param {readonly SyncLine[]} syncs */
const syncTable = (syncs) =>
  table({
    caption: 'All syncs',
    rows: syncs,
    columns: [
      {
        name: 'Sync',
        sort: 'head',
        cell: (sync) => [
          h('span', { class: 'row-title' }, syncLink(sync.name), tagList(sync.tags)),
          h('span', { class: 'quiet row-more' }, sync.description === '' ? sync.kind : sync.description),
        ],
      },
      { name: 'Health', sort: 'tight', cell: healthOf },
      { name: 'Members', sort: 'number', cell: (sync) => count(sync.size) },
      { name: 'Trend', cell: (sync) => sparkline(sync.trend) },
      {
        name: 'Last run',
        cell: (sync) => (sync.run === null ? ago(null) : runLink(sync.run, ago(sync.ended_at, 'running'))),
      },
      { name: 'Next due', sort: 'tight', cell: nextDue },
    ],
  })

/** @param {SyncLine} sync */
const healthOf = (sync) => [
  pill(sync.health),
  sync.plan !== null && sync.health === 'held' && h('span', { class: 'beside' }, planLink(sync.plan, 'plan')),
]

/** @param {SyncLine} sync */
function nextDue({ paused, orphan, due, next_at: at }) {
  if (paused !== null) return h('span', { class: 'quiet' }, 'paused')
  if (orphan) return h('span', { class: 'quiet' }, 'no file')
  return due ? 'now' : ago(at, 'not scheduled')
}

const howToBegin = () =>
  empty(
    'No sync yet.',
    h(
      'p',
      {},
      'A sync is an SQL file. This one keeps an attribute big_spenders true for whoever is in its result:',
    ),
    command(
      'cat > sql/audiences/big_spenders.sql <<SQL\nselect customer_id as external_id\nfrom orders\ngroup by customer_id\nhaving sum(amount) > 1000\nSQL',
    ),
    h('p', {}, 'Save it in the project, and it appears here.'),
  )
