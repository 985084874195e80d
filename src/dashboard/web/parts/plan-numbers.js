// Decides how a plan's numbers are told: what it would send, per sync, and what it would take away.

/** @import { Plan, PlanLine, SyncOfPlan } from '../shapes.d.ts' */

import { h } from '../dom.js'
import { count, counted, length, people } from '../format.js'
import { changes } from './changes.js'
import { table } from './table.js'
import { facts, syncLink } from './text.js'

/** @param {PlanLine | Plan} plan */
export const isEmptyPlan = (plan) => plan.objects === 0

/** @param {PlanLine | Plan} plan */
export const planFacts = (plan) =>
  facts([
    ['People', count(plan.objects)],
    ['Requests', count(plan.requests)],
    ['Time at the rate limit', plan.objects === 0 ? '' : `about ${length(plan.seconds_at_rate)}`],
    ['Data points', count(plan.data_points)],
    ['New profiles', plan.new_profiles === 0 ? 'none' : `at most ${count(plan.new_profiles)}`],
  ])

/** @param {PlanLine | Plan} plan */
export const planTable = (plan) =>
  table({
    caption: 'What the plan would do, by sync',
    rows: plan.syncs,
    columns: [
      {
        name: 'Sync',
        sort: 'head',
        cell: (sync) =>
          h(
            'span',
            { class: 'row-title' },
            syncLink(sync.name),
            sync.first_load && h('span', { class: 'tag loud' }, 'FIRST LOAD'),
          ),
      },
      { name: 'Rows', sort: 'number', cell: (sync) => count(sync.rows) },
      { name: 'Changes', sort: 'number', cell: changes },
      { name: 'Size before', sort: 'number', cell: (sync) => count(sync.size_before) },
      { name: 'Notes', sort: 'wide', cell: notesOf },
    ],
  })

/** @param {SyncOfPlan} sync */
function notesOf(sync) {
  const lost = Object.entries(sync.lost).map(([attribute, lose]) => `${people(lose)} would lose ${attribute}`)
  const notes = [
    ...sync.held_by.map((reason) => h('li', { class: 'warn-text' }, `Held: ${reason}`)),
    ...lost.map((text) => h('li', {}, text)),
    sync.migrated > 0 && h('li', {}, `${count(sync.migrated)} of the changes move to another attribute`),
    sync.repaired > 0 &&
      h('li', {}, `${people(sync.repaired)} sent again, since nobody knows what Braze holds`),
    sync.withheld > 0 && h('li', {}, `${counted(sync.withheld, 'row')} not sent: Braze would refuse`),
  ].filter((note) => note !== false)
  return notes.length === 0 ? null : h('ul', { class: 'plain' }, notes)
}

/** @param {Plan} plan */
export const heldSyncs = (plan) =>
  plan.syncs.filter((sync) => sync.held_by.length > 0).map((sync) => sync.name)
