// Decides what stands around every page: where one is, what runs, that everything is paused, who is signed in.

/** @import { Child, Status } from './shapes.d.ts' */

import { byId, h, replace, svg } from './dom.js'
import { count } from './format.js'
import { button, runLink } from './parts/text.js'
import { askToResume, pauseText } from './pausing.js'
import { MOST_COUNTED, may, state } from './state.js'
import { themeChoice } from './theme-toggle.js'

const PLACES = [
  ['syncs', 'Syncs'],
  ['runs', 'Runs'],
  ['plans', 'Plans'],
  ['people', 'People'],
]

/** What was painted last: the same is not painted again, so that the focus stays where it is. */
let painted = ''

/**
 * @param {string} place
 * @param {{refresh: () => Promise<void>, signOut: () => void}} acts
 */
export function paintShell(place, acts) {
  const { status, waiting, away } = state
  const mark = JSON.stringify([place, status, waiting, away])
  if (mark === painted) return
  painted = mark
  replace(byId('bar'), brand(status), status !== undefined && [navigation(place, waiting), working(status)])
  replace(byId('banner'), status !== undefined && banners(status, acts.refresh))
  byId('banner').hidden = byId('banner').childElementCount === 0
  replace(byId('foot'), foot(status, acts.signOut))
}

/** @param {Status | undefined} status */
const brand = (status) =>
  h(
    'div',
    { class: 'brand' },
    h('a', { href: '#/syncs', class: 'wordmark' }, flame(), 'Brazier'),
    status !== undefined &&
      h('span', { class: 'quiet where' }, status.project, h('span', { class: 'tag' }, status.workspace)),
  )

const flame = () =>
  svg(
    'svg',
    { viewBox: '0 0 32 32', width: 20, height: 20, 'aria-hidden': 'true' },
    svg('path', {
      class: 'fire',
      d: 'M16 3c1 4 6 6 6 11a6 6 0 0 1-12 0c0-2 1-3.500 2-4.500 0 2 1 3 2 3 1.500-3-.5-6 2-9.500z',
    }),
    svg('path', { class: 'pan', d: 'M4 20h24c-.6 4-4 7-8 7.600V30h-8v-2.400C8 27 4.600 24 4 20z' }),
  )

/**
 * @param {string} place
 * @param {number} waiting
 */
const navigation = (place, waiting) =>
  h(
    'nav',
    { 'aria-label': 'Pages' },
    PLACES.map(([path, name]) =>
      h(
        'a',
        { href: `#/${path}`, 'aria-current': place === path ? 'page' : null },
        name,
        path === 'plans' && waiting > 0 && badge(waiting),
      ),
    ),
  )

/** @param {number} waiting */
const badge = (waiting) =>
  h(
    'span',
    { class: 'badge' },
    `${count(waiting)}${waiting >= MOST_COUNTED ? '+' : ''}`,
    h('span', { class: 'unseen' }, ' waiting'),
  )

/** @param {Status} status */
function working({ running, elsewhere, queued }) {
  if (state.away) return h('p', { class: 'working warn-text', role: 'status' }, 'The service does not answer')
  if (running !== null)
    return h(
      'p',
      { class: 'working' },
      h('span', { class: 'pulse', 'aria-hidden': 'true' }),
      runLink(running, 'A run is under way'),
    )
  if (elsewhere !== null)
    return h(
      'p',
      { class: 'working' },
      h('span', { class: 'pulse', 'aria-hidden': 'true' }),
      `A run is under way in ${elsewhere.place}`,
    )
  return h('p', { class: 'working quiet' }, queued.length > 0 ? 'A run waits' : 'At rest')
}

/**
 * @param {Status} status
 * @param {() => Promise<void>} refresh
 * @returns {Child}
 */
const banners = ({ paused }, refresh) =>
  paused !== null &&
  h(
    'div',
    { class: 'banner', role: 'status' },
    h('p', {}, h('strong', {}, 'Everything stands still'), ', ', pauseText(paused)),
    may('admin') ? button('Resume…', () => askToResume(null, refresh)) : h('p', {}, 'An admin can resume.'),
  )

/**
 * @param {Status | undefined} status
 * @param {() => void} signOut
 */
const foot = (status, signOut) => [
  status !== undefined &&
    h(
      'p',
      {},
      status.open
        ? 'No token is configured: whoever reaches this machine is admin.'
        : [
            'Signed in as ',
            h('strong', {}, status.you.name),
            `, ${status.you.role}. `,
            button('Sign out', signOut, 'plain-button'),
          ],
    ),
  status !== undefined &&
    h('p', {}, `Writes to ${status.endpoint}. Ledger: ${status.store}. Brazier ${status.version}.`),
  themeChoice(),
]
