// Decides the list of plans: those that wait for somebody first, the earlier ones below.

/** @import { Page, PlanLine, Visit } from '../shapes.d.ts' */

import { listPlans } from '../api.js'
import { h } from '../dom.js'
import { ago, count } from '../format.js'
import { changes } from '../parts/changes.js'
import { pill } from '../parts/pill.js'
import { table } from '../parts/table.js'
import { command, empty, heading, planLink, section } from '../parts/text.js'

const MOST = 100

/**
 * @param {Visit} visit
 * @returns {Promise<Page>}
 */
export async function plansPage({ signal }) {
  const [open, recent] = await Promise.all([
    listPlans({ status: 'open', limit: MOST }, signal),
    listPlans({ limit: MOST }, signal),
  ])
  const waiting = open.plans.filter(waits)
  const earlier = recent.plans.filter((plan) => !waits(plan) && wasForPeople(plan))
  const node = h(
    'div',
    {},
    heading({
      title: 'Plans',
      below: 'A plan says what would be sent. Approved, exactly that is sent, or nothing.',
    }),
    section(
      'Waiting for approval',
      waiting.length === 0 ? noneWaits() : planList('Plans that wait', waiting),
    ),
    earlier.length > 0 && section('Earlier', planList('Earlier plans', earlier)),
  )
  return { title: 'Plans', node, mark: JSON.stringify([open, recent]) }
}

/** @param {PlanLine} plan */
const waits = ({ status, stale }) => status === 'open' && stale === null

/**
 * The plan of an ordinary run is applied at once, and says no more than the run.
 * @param {PlanLine} plan
 */
const wasForPeople = ({ command: name, held }) => name === 'plan' || held

/**
 * @param {string} caption
 * @param {readonly PlanLine[]} plans
 */
const planList = (caption, plans) =>
  table({
    caption,
    rows: plans,
    columns: [
      { name: 'Plan', sort: 'head', cell: (plan) => planLink(plan.plan, ago(plan.created_at)) },
      { name: 'Status', cell: (plan) => (plan.held ? [pill(plan.status), pill('held')] : pill(plan.status)) },
      { name: 'Why', cell: (plan) => (plan.held ? 'a guard held it' : 'somebody planned') },
      { name: 'Syncs', sort: 'wide', cell: syncNames },
      { name: 'People', sort: 'number', cell: (plan) => count(plan.objects) },
      { name: 'Changes', sort: 'number', cell: (plan) => changes(sum(plan)) },
      { name: 'Expires', cell: (plan) => (waits(plan) ? ago(plan.expires_at) : null) },
    ],
  })

/** @param {PlanLine} plan */
const sum = ({ syncs }) => ({
  added: syncs.reduce((all, sync) => all + sync.added, 0),
  changed: syncs.reduce((all, sync) => all + sync.changed, 0),
  removed: syncs.reduce((all, sync) => all + sync.removed, 0),
})

/** @param {PlanLine} plan */
function syncNames({ syncs }) {
  const names = syncs.map((sync) => sync.name)
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}

const noneWaits = () =>
  empty(
    'No plan waits.',
    h('p', {}, 'One appears here when a guard holds a sync, when somebody uses Run now, or after:'),
    command('npx brazier plan'),
  )
