// Decides how the time of a run is drawn: each stage where it began and as long as it took.

/** @import { Stage } from '../shapes.d.ts' */

import { h } from '../dom.js'
import { count, length } from '../format.js'
import { STAGES } from './progress.js'
import { table } from './table.js'
import { syncLink } from './text.js'

/** Of a project with hundreds of syncs only the longest stages are shown. */
const MOST = 30

/**
 * `84 ms`, `4.2 s`
 * @param {number} seconds
 */
const exact = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : length(seconds))

/** @param {readonly Stage[]} stages in order */
export function waterfall(stages) {
  const end = Math.max(0.001, ...stages.map((stage) => stage.offset + stage.seconds))
  const longest = new Set([...stages].sort((a, b) => b.seconds - a.seconds).slice(0, MOST))
  const shown = stages.filter((stage) => longest.has(stage))
  return h(
    'div',
    { class: 'waterfall' },
    table({
      caption: 'Stages of the run, in order',
      rows: shown,
      columns: [
        { name: 'Stage', sort: 'head', cell: ({ stage }) => STAGES[stage] },
        { name: 'Sync', cell: ({ sync }) => (sync === null ? null : syncLink(sync)) },
        { name: 'From', sort: 'number', cell: ({ offset }) => exact(offset) },
        { name: 'Took', sort: 'number', cell: ({ seconds }) => exact(seconds) },
        { name: 'In the run', sort: 'timeline', cell: (stage) => bar(stage, end) },
      ],
    }),
    shown.length < stages.length &&
      h('p', { class: 'quiet' }, `The ${MOST} longest of ${count(stages.length)} stages.`),
  )
}

/**
 * @param {Stage} stage
 * @param {number} end
 */
function bar({ stage, offset, seconds }, end) {
  const fill = h('span', { class: `span ${stage}` })
  fill.style.insetInlineStart = `${((offset / end) * 100).toFixed(2)}%`
  fill.style.inlineSize = `${((seconds / end) * 100).toFixed(2)}%`
  return h('span', { class: 'track', 'aria-hidden': 'true' }, fill)
}
