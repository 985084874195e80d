// Decides the page of one plan: its numbers, what holds it, a sample of its changes; approve and reject, both asked twice.

/** @import { Page, Plan, Visit } from '../shapes.d.ts' */

import { approvePlan, readPlan, rejectPlan } from '../api.js'
import { h } from '../dom.js'
import { ago, counted, people } from '../format.js'
import { confirm } from '../parts/dialog.js'
import { members } from '../parts/members.js'
import { pill } from '../parts/pill.js'
import { heldSyncs, isEmptyPlan, planFacts, planTable } from '../parts/plan-numbers.js'
import { table } from '../parts/table.js'
import { button, empty, heading, notice, personLink, section } from '../parts/text.js'
import { may, state } from '../state.js'

/**
 * @param {Visit} visit
 * @returns {Promise<Page>}
 */
export async function planPage({ id, signal, refresh }) {
  const plan = await readPlan(id, signal)
  const node = h(
    'div',
    {},
    heading({
      title: ['Plan made ', ago(plan.created_at)],
      beside: [pill(plan.status), plan.held && pill('held')],
      below: h('span', { class: 'id' }, plan.plan),
      actions: mayBeApplied(plan) && actions(plan, refresh),
    }),
    notices(plan),
    planFacts(plan),
    section('Syncs', planTable(plan)),
    section('Sample of its changes', samples(plan)),
  )
  return { title: 'Plan', node, mark: JSON.stringify([plan, state.status?.you]) }
}

/** @param {Plan} plan */
const mayBeApplied = ({ status, stale }) => status === 'open' && stale === null

/** @param {Plan} plan */
const mayApprove = (plan) => may(plan.held ? 'admin' : 'operator') && state.status?.paused === null

/** @param {Plan} plan */
const notices = (plan) => [
  plan.stale !== null && notice('info', `It may not be applied any more: ${plan.stale}`),
  plan.held &&
    notice(
      'warn',
      `A guard holds ${heldSyncs(plan).join(', ')}. Approving this plan lets it past the guard.`,
    ),
  mayBeApplied(plan) &&
    !mayApprove(plan) &&
    notice('info', state.status?.paused ? 'Everything is paused, so nothing can be approved.' : whoMay(plan)),
  mayBeApplied(plan) && h('p', { class: 'quiet' }, 'It expires ', ago(plan.expires_at), '.'),
]

/** @param {Plan} plan */
const whoMay = ({ held }) =>
  `Approving ${held ? 'a plan that a guard holds takes the role admin' : 'a plan takes the role operator'}; you are ${state.status?.you.role}.`

/**
 * @param {Plan} plan
 * @param {() => Promise<void>} refresh
 */
const actions = (plan, refresh) => [
  may('operator') && button('Reject…', () => askToReject(plan, refresh)),
  mayApprove(plan) && button('Approve…', () => askToApprove(plan), 'primary'),
]

/** @param {Plan} plan */
function askToApprove(plan) {
  confirm({
    title: plan.held ? 'Approve, past the guard?' : 'Approve this plan?',
    body: [
      h(
        'p',
        {},
        isEmptyPlan(plan)
          ? 'Nothing would be sent; what is settled without a request is settled.'
          : `Exactly this is sent to Braze: ${people(plan.objects)} in ${counted(plan.requests, 'request')}.`,
      ),
      h(
        'p',
        { class: 'quiet' },
        'If anything has moved since, nothing is sent, and the plan is refused as stale.',
      ),
    ],
    confirm: 'Approve and send',
    kind: plan.held ? 'danger' : 'primary',
    act: async () => {
      const { run } = await approvePlan(plan.plan)
      location.hash = `#/runs/${run}`
    },
  })
}

/**
 * @param {Plan} plan
 * @param {() => Promise<void>} refresh
 */
function askToReject(plan, refresh) {
  confirm({
    title: 'Reject this plan?',
    body: h(
      'p',
      {},
      'It is never applied, and its rows are dropped. Nothing changes in Braze; the next run plans anew.',
    ),
    confirm: 'Reject',
    act: async () => {
      await rejectPlan(plan.plan)
      await refresh()
    },
  })
}

/** @param {Plan} plan */
function samples({ samples: known, syncs }) {
  if (known === null) return empty('Samples name people, so they are shown to operators.')
  const byName = new Map(Object.entries(known))
  const shown = syncs.filter(({ name }) => (byName.get(name) ?? []).length > 0)
  if (shown.length === 0) return empty('Nothing to show: it changes nobody, or its rows are gone.')
  return shown.map(({ name }) => [
    h('h3', {}, name),
    table({
      caption: `Sample of ${name}`,
      rows: byName.get(name) ?? [],
      columns: [
        { name: 'Person', sort: 'head', cell: ({ person }) => personLink(person) },
        { name: 'Change', cell: ({ op }) => op },
        { name: 'Would be sent', sort: 'wide', cell: (sample) => members(sample.members) },
      ],
    }),
  ])
}
