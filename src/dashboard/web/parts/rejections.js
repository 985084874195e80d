// Decides how refusals are shown: by reason first, most people first, then a few of those concerned.

/** @import { Rejection, Rejections } from '../shapes.d.ts' */

import { h } from '../dom.js'
import { ago, count } from '../format.js'
import { table } from './table.js'
import { fold, personLink, runLink } from './text.js'

/** @param {'braze' | 'brazier'} source */
const refuser = (source) => (source === 'braze' ? 'Braze' : 'Brazier, before sending')

/** @param {Rejections} rejections */
export const rejectionsView = ({ groups, people }) => [
  table({
    caption: 'What was refused and still stands, by reason',
    rows: groups,
    columns: [
      { name: 'Reason', sort: 'head', cell: (group) => group.reason },
      { name: 'Attribute', cell: (group) => group.attribute ?? 'the whole person' },
      { name: 'Refused by', cell: (group) => refuser(group.source) },
      { name: 'People', sort: 'number', cell: (group) => count(group.people) },
      { name: 'Parked', sort: 'number', cell: (group) => count(group.parked) },
      { name: 'Last', cell: (group) => ago(group.last_at) },
    ],
  }),
  people === null
    ? h('p', { class: 'quiet' }, 'Who they are is shown to operators.')
    : people.length > 0 &&
      fold(
        people.length === 1 ? 'The one concerned' : `${people.length} of those concerned`,
        rejectedPeople(people),
      ),
]

/** @param {readonly Rejection[]} people */
export const rejectedPeople = (people) =>
  table({
    caption: 'People concerned, newest first',
    rows: people,
    columns: [
      {
        name: 'Person',
        sort: 'head',
        cell: ({ person }) => (person === null ? 'a row without a key' : personLink(person)),
      },
      { name: 'Sync', cell: ({ sync }) => sync },
      { name: 'Attribute', cell: ({ attribute }) => attribute ?? 'the whole person' },
      { name: 'Reason', sort: 'wide', cell: ({ reason }) => reason },
      {
        name: 'Tries',
        sort: 'number',
        cell: ({ attempts, parked }) => [count(attempts), parked && h('span', { class: 'tag' }, 'parked')],
      },
      { name: 'Last', cell: ({ last_at: at, run }) => runLink(run, ago(at)) },
    ],
  })
