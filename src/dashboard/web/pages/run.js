// Decides the page of one run: where its time went, what Braze answered, how each sync ended; live while it goes on.

/** @import { Page, Run, Visit } from '../shapes.d.ts' */

import { readRun } from '../api.js'
import { announce, h, replace } from '../dom.js'
import { followRun, hasEnded } from '../follow.js'
import { absolute, ago, count, counted, length, short } from '../format.js'
import { changes } from '../parts/changes.js'
import { meter } from '../parts/meter.js'
import { pill } from '../parts/pill.js'
import { progressView } from '../parts/progress.js'
import { table } from '../parts/table.js'
import { facts, heading, notice, planLink, section, syncLink } from '../parts/text.js'
import { waterfall } from '../parts/waterfall.js'
import { askedBy, whatOf } from './runs.js'

/** An average over less than this says nothing: the pace lets a first burst through. */
const ENOUGH_SECONDS = 5

/**
 * @param {Visit} visit
 * @returns {Promise<Page>}
 */
export async function runPage({ id, signal, refresh }) {
  const run = await readRun(id, signal)
  const gone = new AbortController()
  const title = `Run of ${short(run.started_at ?? run.asked_at ?? new Date().toISOString())}`
  const body = h('div', {}, account(run))
  const status = h('span', {}, pill(run.status))
  const live = h('div')
  if (!hasEnded(run)) {
    const progress = progressView('Progress of the run')
    live.append(section('Now', progress.node))
    if (run.live !== null) progress.tell(run.live)
    const following = followRun(id, {
      signal: gone.signal,
      onProgress: progress.tell,
      onRun: (told) => {
        replace(status, pill(told.status))
        if (told.status === 'queued') progress.wait('Waiting for the run under way')
        replace(body, account(told))
      },
    })
    following.then(
      (told) => {
        announce(`The run has ended: ${told.status}`)
        live.remove()
        return refresh()
      },
      () => undefined,
    )
  }
  const node = h(
    'div',
    {},
    heading({ title, beside: status, below: h('span', { class: 'id' }, run.run) }),
    live,
    body,
  )
  // While it goes on the page keeps itself up to date.
  return { title, node, mark: hasEnded(run) ? JSON.stringify(run) : id, leave: () => gone.abort() }
}

/** @param {Run} run */
const account = (run) => [
  run.error !== null &&
    notice('bad', run.error.message, run.error.hint !== null && h('p', {}, run.error.hint)),
  facts([
    [
      'Began',
      run.started_at !== null && h('span', {}, absolute(run.started_at), ' (', ago(run.started_at), ')'),
    ],
    ['Took', hasEnded(run) && run.seconds !== null && length(run.seconds)],
    ['What', whatOf(run)],
    ['Asked by', askedBy(run)],
    ['People sent', hasEnded(run) && !run.dry_run && count(run.objects)],
    ['Data points', hasEnded(run) && !run.dry_run && count(run.data_points)],
    ['Plan', run.plan !== null && (run.dry_run || run.command === 'apply') && planLink(run.plan)],
  ]),
  run.syncs.length > 0 && section('Syncs', syncTable(run)),
  (run.stages.length > 0 || hasEnded(run)) &&
    section(
      'Time',
      run.stages.length === 0
        ? h('p', { class: 'quiet' }, 'How its time was spent is not on record.')
        : waterfall(run.stages),
    ),
  run.requests > 0 && section('Requests', requests(run)),
]

/** @param {Run} run */
const syncTable = ({ syncs }) =>
  table({
    caption: 'How each sync ended',
    rows: syncs,
    columns: [
      { name: 'Sync', sort: 'head', cell: (sync) => syncLink(sync.name) },
      { name: 'Status', cell: (sync) => pill(sync.status) },
      { name: 'Rows', sort: 'number', cell: (sync) => count(sync.rows) },
      { name: 'Changes', sort: 'number', cell: changes },
      { name: 'Sent', sort: 'number', cell: (sync) => count(sync.sent) },
      {
        name: 'Rejected',
        sort: 'number',
        cell: (sync) => (sync.rejected === 0 ? null : count(sync.rejected)),
      },
      { name: 'In doubt', sort: 'number', cell: (sync) => (sync.unknown === 0 ? null : count(sync.unknown)) },
      {
        name: 'Notes',
        sort: 'wide',
        cell: ({ error, held_by: heldBy, plan }) =>
          error === null && heldBy.length === 0
            ? null
            : [error ?? heldBy.join('; '), plan !== null && ['; ', planLink(plan, 'its plan')]],
      },
    ],
  })

/** @param {Run} run */
const requests = (run) =>
  h(
    'div',
    { class: 'requests' },
    facts([
      ['Requests', count(run.requests)],
      ...Object.entries(run.statuses).map(
        ([code, number]) => /** @type {const} */ ([answer(code), count(number)]),
      ),
      ['Told to wait', run.throttled > 0 && !('429' in run.statuses) && count(run.throttled)],
      ['On average', run.seconds !== null && run.seconds > 0 && sendingPace(run)],
    ]),
    run.pace !== null && [
      h(
        'p',
        {},
        `The pace allowed ${count(run.pace)} of at most ${counted(run.pace_limit, 'request')} a second at the end.`,
      ),
      meter({
        value: Math.min(run.pace, run.pace_limit),
        of: run.pace_limit,
        label: 'Pace against the limit',
      }),
    ],
  )

/** @param {string} code */
const answer = (code) =>
  code === '0' ? 'No reply' : code === '429' ? 'Told to wait (429)' : `Answered ${code}`

/** @param {Run} run */
function sendingPace({ requests: number, stages }) {
  const sending = stages
    .filter(({ stage }) => stage === 'send')
    .reduce((all, { seconds }) => all + seconds, 0)
  return sending < ENOUGH_SECONDS ? '' : `${count(number / sending)} a second while sending`
}
