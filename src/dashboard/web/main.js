// Decides which page an address shows, when it is read again, and where the focus goes.

/** @import { Page, Visit } from './shapes.d.ts' */

import { announce, byId, h, replace } from './dom.js'
import { freshenTimes } from './format.js'
import { personPage } from './pages/person.js'
import { planPage } from './pages/plan.js'
import { plansPage } from './pages/plans.js'
import { runPage } from './pages/run.js'
import { runsPage } from './pages/runs.js'
import { signInPage } from './pages/sign-in.js'
import { syncPage } from './pages/sync.js'
import { syncsPage } from './pages/syncs.js'
import { problem } from './parts/dialog.js'
import { empty } from './parts/text.js'
import { Refused } from './request.js'
import { paintShell } from './shell.js'
import { countWaiting, readState, standing, state } from './state.js'
import { watchSystemTheme } from './theme-toggle.js'
import { dropToken } from './token.js'

const STATUS_MS = 5000
/** Every so many looks at the status the page itself is read again. */
const LOOKS = 4

/** @type {Record<string, {all: (visit: Visit) => Promise<Page>, one: (visit: Visit) => Promise<Page>}>} */
const PAGES = {
  syncs: { all: syncsPage, one: syncPage },
  runs: { all: runsPage, one: runPage },
  plans: { all: plansPage, one: planPage },
  people: { all: personPage, one: personPage },
}

/** @type {Page | undefined} */
let shown
let visit = new AbortController()
let looks = 0

/** @returns {{place: string, id: string}} */
function address() {
  const [, place = '', id = ''] = /^#\/([a-z]*)(?:\/(.*))?$/.exec(location.hash) ?? []
  try {
    return { place: place === '' ? 'syncs' : place, id: decodeURIComponent(id) }
  } catch {
    return { place, id }
  }
}

/** @param {Page} page */
function show(page) {
  shown?.leave?.()
  shown = page
  document.title = page.title === 'Brazier' ? page.title : `${page.title} · Brazier`
  replace(byId('main'), page.node)
}

/** @param {'visit' | 'again'} why */
async function load(why) {
  visit.abort()
  visit = new AbortController()
  const { signal } = visit
  const { place, id } = address()
  paintShell(place, { refresh, signOut })
  const slow = why === 'visit' ? setTimeout(() => announce('Loading'), 500) : undefined
  try {
    const pages = Object.hasOwn(PAGES, place) ? PAGES[place] : undefined
    const page =
      pages === undefined ? nowhere() : await (id === '' ? pages.all : pages.one)({ id, signal, refresh })
    if (signal.aborted) page.leave?.()
    else if (why === 'visit') arrive(page)
    else repaint(page)
  } catch (thrown) {
    if (!signal.aborted) fail(thrown, why)
  } finally {
    clearTimeout(slow)
  }
}

/** @param {Page} page */
function arrive(page) {
  const isFirst = shown === undefined
  show(page)
  window.scrollTo(0, 0)
  if (isFirst) return
  byId('main').querySelector('h1')?.focus()
  announce('')
}

/**
 * What has not changed stays as it is; what has is painted anew, with the same things open and the focus where it was.
 * @param {Page} page
 */
function repaint(page) {
  if (page.mark === shown?.mark || isBusy()) {
    page.leave?.()
    return
  }
  const main = byId('main')
  const open = [...main.querySelectorAll('details')].map((details) => details.open)
  const order = focusable(main).indexOf(/** @type {HTMLElement} */ (document.activeElement))
  show(page)
  for (const [index, details] of main.querySelectorAll('details').entries())
    details.open = open[index] ?? false
  if (order >= 0) focusable(main)[order]?.focus()
}

/** @param {HTMLElement} main */
const focusable = (main) => [
  .../** @type {NodeListOf<HTMLElement>} */ (main.querySelectorAll('a, button, input, summary')),
]

/** Somebody types or decides. */
const isBusy = () =>
  document.querySelector('dialog') !== null || document.activeElement instanceof HTMLInputElement

/** @returns {Page} */
const nowhere = () => ({
  title: 'Not found',
  node: h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'Not found'),
    empty('There is no such page.', h('a', { href: '#/syncs' }, 'All syncs')),
  ),
  mark: 'nowhere',
})

/**
 * @param {unknown} thrown
 * @param {'visit' | 'again'} why
 */
function fail(thrown, why) {
  if (thrown instanceof Refused && thrown.status === 401) {
    askToSignIn()
    return
  }
  // What is on the screen is better than nothing while the service is away for a moment.
  if (why === 'again' && shown !== undefined) return
  const node = h('div', {}, h('h1', { tabindex: -1 }, 'This page cannot be shown'), problem(thrown))
  arrive({ title: 'Error', node, mark: 'error' })
}

function askToSignIn() {
  dropToken()
  if (shown?.mark === 'sign-in') return
  state.status = undefined
  paintShell('', { refresh, signOut })
  show(signInPage(enter))
  byId('main').querySelector('input')?.focus()
}

async function enter() {
  await readState()
  await load('visit')
}

function signOut() {
  dropToken()
  void begin()
}

async function refresh() {
  await readState()
  await countWaiting()
  await load('again')
}

async function look() {
  if (document.hidden || state.status === undefined) return
  const before = standing()
  try {
    await readState()
    looks += 1
    if (looks % LOOKS === 0) await countWaiting()
    const hasMoved = standing() !== before || shown?.mark === 'error'
    if (hasMoved || looks % LOOKS === 0) await load('again')
    else paintShell(address().place, { refresh, signOut })
  } catch (thrown) {
    state.away = thrown instanceof Refused && thrown.code === 'unreachable'
    paintShell(address().place, { refresh, signOut })
    fail(thrown, 'again')
  }
}

async function begin() {
  try {
    await readState()
    await load('visit')
  } catch (thrown) {
    fail(thrown, 'visit')
  }
}

window.addEventListener('hashchange', () => {
  if (location.hash.startsWith('#/') && state.status !== undefined) void load('visit')
})
document.addEventListener('visibilitychange', () => void look())
byId('skip').addEventListener('click', (event) => {
  event.preventDefault()
  byId('main').focus()
})
setInterval(() => void look(), STATUS_MS)
setInterval(freshenTimes, 1000)
watchSystemTheme()
await begin()
