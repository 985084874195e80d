// Decides the list of runs: newest first, more on demand.

/** @import { Page, RunLine, Visit } from '../shapes.d.ts' */

import { listRuns } from '../api.js'
import { h } from '../dom.js'
import { ago, count, length } from '../format.js'
import { problem } from '../parts/dialog.js'
import { pill } from '../parts/pill.js'
import { table } from '../parts/table.js'
import { button, command, empty, heading, runLink } from '../parts/text.js'

const AT_ONCE = 50

/**
 * @param {Visit} visit
 * @returns {Promise<Page>}
 */
export async function runsPage({ signal }) {
  const page = await listRuns({ limit: AT_ONCE }, signal)
  const node = h(
    'div',
    {},
    heading({
      title: 'Runs',
      below:
        page.runs.length === 0
          ? null
          : 'Newest first. One run at a time; syncs that are due together go together.',
    }),
    page.runs.length === 0 ? noRuns() : [runTable(page.runs), more(page.next)],
  )
  return { title: 'Runs', node, mark: JSON.stringify(page) }
}

/**
 * @param {string | null} next
 * @returns {HTMLElement | null}
 */
function more(next) {
  if (next === null) return null
  const place = h('div', { class: 'more' })
  const show = button('Show older runs', async () => {
    show.disabled = true
    try {
      const page = await listRuns({ limit: AT_ONCE, before: next })
      const rest = more(page.next)
      place.replaceWith(runTable(page.runs), ...(rest === null ? [] : [rest]))
    } catch (thrown) {
      place.replaceChildren(problem(thrown))
    }
  })
  place.append(show)
  return place
}

/** @param {readonly RunLine[]} runs */
const runTable = (runs) =>
  table({
    caption: 'Runs, newest first',
    rows: runs,
    columns: [
      {
        name: 'Run',
        sort: 'head',
        cell: (run) => runLink(run.run, ago(run.started_at ?? run.asked_at, 'waiting')),
      },
      { name: 'Status', cell: (run) => pill(run.status) },
      { name: 'What', cell: whatOf },
      { name: 'Asked by', cell: askedBy },
      { name: 'People sent', sort: 'number', cell: (run) => (run.dry_run ? null : count(run.objects)) },
      { name: 'Requests', sort: 'number', cell: (run) => (run.dry_run ? null : count(run.requests)) },
      { name: 'Took', sort: 'number', cell: (run) => (run.seconds === null ? null : length(run.seconds)) },
    ],
  })

/** @param {RunLine} run */
export function whatOf({ command: name, dry_run: dry, select }) {
  const verb = dry ? 'plan only' : name
  if (select === null || name === 'apply') return verb
  if (select.length === 0) return `${verb}, everything`
  const shown = select.slice(0, 3).join(', ')
  return `${verb} ${shown}${select.length > 3 ? ` and ${select.length - 3} more` : ''}`
}

/** @param {RunLine} run */
export function askedBy({ trigger, asked_by: name }) {
  if (trigger === 'schedule') return 'its schedule'
  return trigger === 'shell' ? 'the command line' : (name ?? 'the API')
}

const noRuns = () =>
  empty(
    'No run yet.',
    h('p', {}, 'A run begins when a sync is due, with Run now on the page of the syncs, or with:'),
    command('npx brazier sync'),
  )
