// Decides the page of one person: in which audiences, since when, why, and what was sent.

/** @import { Page, Person, Visit } from '../shapes.d.ts' */

import { readPerson } from '../api.js'
import { h } from '../dom.js'
import { ago, short } from '../format.js'
import { members } from '../parts/members.js'
import { rejectedPeople } from '../parts/rejections.js'
import { sqlView } from '../parts/sql.js'
import { table } from '../parts/table.js'
import { empty, fold, heading, runLink, section, syncLink } from '../parts/text.js'
import { Refused } from '../request.js'
import { may } from '../state.js'

/**
 * @param {Visit} visit
 * @returns {Promise<Page>}
 */
export async function personPage({ id, signal }) {
  const title = id === '' ? 'People' : id
  if (!may('operator')) {
    const node = h(
      'div',
      {},
      heading({ title: 'People' }),
      empty('Looking people up takes the role operator.'),
    )
    return { title, node, mark: 'forbidden' }
  }
  const person = id === '' ? null : await known(id, signal)
  const node = h(
    'div',
    {},
    heading({ title: id === '' ? 'People' : h('span', { class: 'id' }, id) }),
    searchForm(id),
    id === '' ? howToSearch() : person === null ? nobody(id) : found(person),
  )
  return { title, node, mark: JSON.stringify([id, person]) }
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 */
async function known(id, signal) {
  try {
    return await readPerson(id, signal)
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.status === 404) return null
    throw thrown
  }
}

/** @param {string} id */
function searchForm(id) {
  const input = h('input', {
    type: 'search',
    id: 'person',
    value: id,
    autocomplete: 'off',
    spellcheck: 'false',
  })
  return h(
    'form',
    {
      class: 'search',
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault()
        if (input.value.trim() !== '') location.hash = `#/people/${encodeURIComponent(input.value.trim())}`
      },
    },
    h('label', { for: 'person' }, 'Id of a person'),
    h('div', { class: 'together' }, input, h('button', { type: 'submit', class: 'primary' }, 'Look up')),
  )
}

const howToSearch = () =>
  empty(
    'Why is somebody in an audience, or not?',
    h('p', {}, 'Type an id as your SQL returns it: the external_id, or whichever column names people.'),
  )

/** @param {string} id */
const nobody = (id) =>
  empty(
    'Nothing is known of this person.',
    h(
      'p',
      {},
      'No sync has ever sent anything for ',
      h('code', {}, id),
      '. Ids are compared exactly, small and capital letters too.',
    ),
  )

/** @param {Person} person */
const found = ({ memberships, history, rejections }) => [
  section(
    'What Braze holds because of us',
    memberships.length === 0
      ? empty('Nothing now: they are in no audience, and have no property of ours.')
      : h('div', { class: 'stack' }, memberships.map(membership)),
  ),
  rejections.length > 0 && section('Refused', rejectedPeople(rejections)),
  section('What was sent', history.length === 0 ? noHistory() : historyTable(history)),
]

/** @param {Person['memberships'][number]} membership */
const membership = ({ sync, kind, since, run, hash, sql, members: held, in_doubt: doubt }) =>
  h(
    'article',
    { class: 'card' },
    h(
      'div',
      { class: 'card-head' },
      h('h3', {}, syncLink(sync)),
      h('span', { class: 'quiet' }, kind),
      doubt && h('span', { class: 'tag loud' }, 'in doubt'),
    ),
    h(
      'p',
      {},
      since === null ? 'Since an unknown time' : ['Since ', short(since), ', ', ago(since)],
      run !== null && [', by ', runLink(run, 'this run')],
      hash !== null && [', with version ', h('code', {}, hash.slice(0, 8)), ' of its SQL'],
    ),
    members(held),
    sql !== null && fold('The SQL that brought them in', sqlView(sql)),
  )

/** @param {Person['history']} history */
const historyTable = (history) =>
  table({
    caption: 'What was sent, newest first',
    rows: history,
    columns: [
      { name: 'When', sort: 'head', cell: ({ at, run }) => runLink(run, ago(at)) },
      { name: 'Sync', cell: ({ sync }) => syncLink(sync) },
      { name: 'Change', cell: ({ op }) => op },
      { name: 'Sent', sort: 'wide', cell: (change) => members(change.members) },
    ],
  })

const noHistory = () =>
  empty(
    'No change since the first load.',
    h('p', {}, 'First loads are not in the history; what they set stands above.'),
  )
