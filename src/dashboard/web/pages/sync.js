// Decides the page of one sync: how it went, what defines it, how near its guards are, what was refused.

/** @import { Page, Sync, Visit } from '../shapes.d.ts' */

import { listRejections, readSync } from '../api.js'
import { h } from '../dom.js'
import { ago, count, people, short } from '../format.js'
import { changesChart, historyTable, membersChart } from '../parts/chart.js'
import { guardList } from '../parts/guards.js'
import { pill } from '../parts/pill.js'
import { rejectionsView } from '../parts/rejections.js'
import { sqlView } from '../parts/sql.js'
import { table } from '../parts/table.js'
import {
  button,
  command,
  empty,
  facts,
  heading,
  notice,
  planLink,
  runLink,
  section,
  tagList,
} from '../parts/text.js'
import { askToPause, askToResume, pauseText } from '../pausing.js'
import { runNow } from '../run-now.js'
import { may } from '../state.js'

/**
 * @param {Visit} visit
 * @returns {Promise<Page>}
 */
export async function syncPage({ id, signal, refresh }) {
  const [sync, rejections] = await Promise.all([readSync(id, signal), listRejections(id, signal)])
  const charts = sync.history.length === 0 ? [] : [membersChart(sync.history), changesChart(sync.history)]
  const node = h(
    'div',
    {},
    heading({
      title: sync.name,
      beside: [pill(sync.health), tagList(sync.tags)],
      below: sync.description,
      actions: may('operator') && actions(sync, refresh),
    }),
    notices(sync),
    standing(sync),
    section(
      'History',
      charts.length === 0
        ? noHistory(sync)
        : [
            h(
              'div',
              { class: 'charts' },
              charts.map((chart) => chart.node),
            ),
            historyTable(sync.history),
          ],
    ),
    sync.guards.length > 0 && section('Guards', guardList(sync.guards)),
    rejections.groups.length > 0 && section('Refused', rejectionsView(rejections)),
    definition(sync),
  )
  return {
    title: sync.name,
    node,
    mark: JSON.stringify([sync, rejections]),
    leave: () => {
      for (const chart of charts) chart.destroy()
    },
  }
}

/**
 * @param {Sync} sync
 * @param {() => Promise<void>} refresh
 */
const actions = ({ name, paused, orphan }, refresh) => [
  paused === null
    ? button('Pause…', () => askToPause(name, refresh))
    : button('Resume…', () => askToResume(name, refresh)),
  paused === null && !orphan && button('Run now…', () => runNow([name], `Run ${name} now`), 'primary'),
]

/** @param {Sync} sync */
const notices = ({
  name,
  paused,
  orphan,
  error,
  held_by: heldBy,
  held_since: since,
  plan,
  run,
  in_doubt: doubt,
}) => [
  paused !== null && notice('warn', ['It is ', pauseText(paused)]),
  orphan &&
    notice(
      'info',
      'No file makes this sync any more. What it wrote stays in Braze.',
      h('p', {}, 'To take everything back and forget it:'),
      command(`npx brazier retire ${name}`),
    ),
  error !== null && notice('bad', error, run !== null && h('p', {}, runLink(run, 'Look at its last run'))),
  heldBy.length > 0 &&
    notice(
      'warn',
      `A guard holds it: nothing of it is sent${since === null ? '' : `, since ${short(since)}`}.`,
      h(
        'ul',
        { class: 'plain' },
        heldBy.map((reason) => h('li', {}, reason)),
      ),
      plan !== null &&
        h(
          'p',
          {},
          'If it is meant, approve ',
          planLink(plan, 'its plan'),
          '. If not, mend the data: the next run goes on by itself.',
        ),
    ),
  doubt > 0 &&
    notice(
      'info',
      `Of ${people(doubt)} nobody knows whether Braze took the last write. They are sent again by the next run.`,
    ),
]

/** @param {Sync} sync */
const standing = (sync) =>
  facts([
    ['Members', count(sync.size)],
    ['Last success', ago(sync.succeeded_at)],
    ['Last run', sync.run !== null && runLink(sync.run, ago(sync.ended_at, 'running'))],
    ['Next due', sync.paused !== null ? 'paused' : sync.due ? 'now' : ago(sync.next_at, 'not scheduled')],
    [
      'Schedule',
      sync.schedule !== null &&
        h(
          'span',
          { title: `${sync.schedule.cron}, ${sync.schedule.timezone}` },
          `${sync.schedule.text} (${sync.schedule.timezone})`,
        ),
    ],
    ['Kind', sync.kind],
    ['Refused', sync.rejected > 0 && people(sync.rejected)],
    ['Parked', sync.parked > 0 && people(sync.parked)],
  ])

/** @param {Sync} sync */
const noHistory = ({ name }) =>
  empty(
    'It has not run yet.',
    h('p', {}, 'It runs when it is due. To see what it would send, use Run now above, or type:'),
    command(`npx brazier plan ${name}`),
  )

/** @param {Sync} sync */
function definition({ definition: file, writes, settled_at: settled }) {
  if (file === null) return null
  const { settled_hash: before, hash } = file
  const edited = before !== null && before !== hash
  return section(
    'Definition',
    h(
      'p',
      { class: 'quiet' },
      h('code', {}, file.file),
      `, version ${hash.slice(0, 8)}`,
      settled !== null && `, settled ${short(settled)}`,
    ),
    edited &&
      notice(
        'info',
        `Edited since it was settled last (version ${before.slice(0, 8)}). The next run plans with the text below.`,
      ),
    sqlView(file.text),
    writes.length > 0 &&
      table({
        caption: 'What it writes in Braze',
        rows: writes,
        columns: [
          { name: 'Writes', sort: 'head', cell: (write) => h('code', {}, write.attribute) },
          { name: 'Element', cell: (write) => write.element },
          { name: 'Who leaves', cell: (write) => LEAVING[write.on_leave] ?? write.on_leave },
        ],
      }),
  )
}

/** @type {Record<string, string>} */
const LEAVING = {
  false: 'gets false',
  unset: 'loses the attribute',
  remove: 'loses the element',
  keep: 'keeps the value',
}
