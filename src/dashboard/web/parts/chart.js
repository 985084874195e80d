// Decides how the two charts of a sync look. The numbers stand beside them as a table, for who cannot see a canvas.

/** @import { Child, Point } from '../shapes.d.ts' */
/** @import uPlot from 'uplot' */

import { h, replace } from '../dom.js'
import { count, day, people, short, time } from '../format.js'
import { THEME_CHANGED } from '../theme-toggle.js'
import Plot from '../vendor/uplot.js'
import { pill } from './pill.js'
import { table } from './table.js'
import { fold, runLink } from './text.js'

const HEIGHT = 208
const DAY = 86_400
/** Nobody is half added, and no run stands between two. */
const WHOLE_STEPS = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power))
const SHARED = { legend: { show: false } }

/**
 * As the style sheet says now: a canvas knows no variables.
 * @param {string} name
 */
function colour(name) {
  const probe = h('span')
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/**
 * Drawn once there is room, and again when the room or the colours change. What is under the pointer stands in its head.
 * @param {{title: string, said: Child, at: (index: number) => Child, options: () => Partial<uPlot.Options> & Pick<uPlot.Options, 'series'>, data: uPlot.AlignedData}} chart
 */
function figure({ title, said, at, options, data }) {
  const head = h('p', { class: 'quiet' }, said)
  const place = h('div', { class: 'plot', 'aria-hidden': 'true' })
  /** @type {Plot | undefined} */
  let plot
  const draw = () => {
    plot?.destroy()
    plot = new Plot(
      { ...options(), ...SHARED, hooks: { setCursor: [point] }, width: place.clientWidth, height: HEIGHT },
      data,
      place,
    )
  }
  /** @param {uPlot} drawn */
  const point = ({ cursor: { idx } }) => replace(head, idx === null || idx === undefined ? said : at(idx))
  const observer = new ResizeObserver(() => {
    if (place.clientWidth === 0) return
    if (plot === undefined) draw()
    else if (plot.width !== place.clientWidth) plot.setSize({ width: place.clientWidth, height: HEIGHT })
  })
  observer.observe(place)
  window.addEventListener(THEME_CHANGED, draw)
  return {
    node: h('figure', { class: 'chart' }, h('figcaption', {}, h('h3', {}, title), head), place),
    destroy: () => {
      observer.disconnect()
      window.removeEventListener(THEME_CHANGED, draw)
      plot?.destroy()
    },
  }
}

/**
 * @param {number} size
 * @returns {Pick<uPlot.Axis, 'size' | 'stroke' | 'grid' | 'ticks' | 'font'>}
 */
const axis = (size) => ({
  size,
  stroke: colour('quiet'),
  font: '12px system-ui, sans-serif',
  grid: { stroke: colour('line'), width: 1 },
  ticks: { show: false },
})

/** @param {readonly number[]} values */
const whole = (values) => values.map((value) => (Number.isInteger(value) ? count(value) : ''))

/** @param {readonly Point[]} history oldest first */
export function membersChart(history) {
  const known = history.filter((point) => point.size !== null)
  const sizes = known.map((point) => point.size ?? 0)
  const at = (/** @type {number} */ index) =>
    `${people(sizes[index] ?? 0)} at ${short(known[index]?.ended_at ?? '')}.`
  const now = `${people(sizes.at(-1) ?? 0)} now`
  return figure({
    title: 'Members over time',
    said: known.length < 2 ? `${now}; the line begins with the second run.` : `${now}, ${at(0)}`,
    at,
    data: [known.map((point) => Date.parse(point.ended_at) / 1000), sizes],
    options: () => ({
      scales: { y: { range: (_, low, high) => roomy(low ?? 0, high ?? 0) } },
      axes: [
        {
          ...axis(32),
          grid: { show: false },
          space: 64,
          values: (_, values, __, ___, step) =>
            values.map((value) => (step >= DAY ? day : time)(new Date(value * 1000))),
        },
        { ...axis(56), values: (_, values) => whole(values) },
      ],
      cursor: { y: false, points: { size: 7 } },
      series: [
        {},
        {
          stroke: colour('accent'),
          fill: colour('accent-wash'),
          width: 2,
          points: { show: known.length < 40, size: 5, fill: colour('accent') },
          ...pathsOf(Plot.paths.stepped?.({ align: 1 })),
        },
      ],
    }),
  })
}

/**
 * Some air above and below; a level line stands in the middle, and nothing goes below zero.
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
function roomy(low, high) {
  const air = Math.max((high - low) * 0.15, high * 0.02, 1)
  return [Math.max(0, low - air), high + air]
}

/**
 * A first load would dwarf all that follows, so it is left to the table and to the sentence.
 * @param {readonly Point[]} history
 */
function isFirstLoad([first, ...others]) {
  return others.length > 0 && first?.added === first?.size && first?.changed === 0 && first.added > 0
}

/**
 * A sync that was held or failed has sent nothing of what it would have done.
 * @param {Point} point
 */
const hasSent = ({ status }) => status !== 'held' && status !== 'failed' && status !== 'skipped'

/** @param {readonly Point[]} all oldest first */
export function changesChart(all) {
  const history = isFirstLoad(all) ? all.slice(1) : all
  const added = history.map((point) => (hasSent(point) ? point.added : 0))
  const removed = history.map((point) => (hasSent(point) ? point.removed : 0))
  const sum = (/** @type {readonly number[]} */ values) => values.reduce((total, value) => total + value, 0)
  const runs = history.length === 1 ? 'in one run' : `in ${history.length} runs`
  const since = history === all ? runs : `${runs} since the first load`
  const bars = Plot.paths.bars?.({ size: [0.5, 28], align: 0 })
  const when = (/** @type {number} */ index) =>
    history[index] === undefined ? '' : short(history[index].ended_at)
  return figure({
    title: 'Adds and removes per run',
    said: key(sum(added), sum(removed), since),
    at: (index) => key(added[index] ?? 0, removed[index] ?? 0, `at ${when(index)}`),
    data: [history.map((_, index) => index), added, removed.map((value) => -value)],
    options: () => ({
      scales: { x: { time: false, range: () => [-0.6, history.length - 0.4] } },
      axes: [
        {
          ...axis(32),
          grid: { show: false },
          space: 96,
          incrs: WHOLE_STEPS,
          values: (_, values) => values.map(when),
        },
        { ...axis(56), incrs: WHOLE_STEPS, values: (_, values) => whole(values.map(Math.abs)) },
      ],
      cursor: { y: false, points: { show: false } },
      series: [{}, bar('plus', bars), bar('minus', bars)],
    }),
  })
}

/**
 * The numbers, and which colour is which.
 * @param {number} added
 * @param {number} removed
 * @param {string} when
 * @returns {Child}
 */
const key = (added, removed, when) => [
  h('span', { class: 'swatch added' }),
  `${count(added)} added, `,
  h('span', { class: 'swatch removed' }),
  `${count(removed)} removed ${when}.`,
]

/**
 * @param {string} tone
 * @param {uPlot.Series.PathBuilder | undefined} paths
 * @returns {uPlot.Series}
 */
const bar = (tone, paths) => ({
  stroke: colour(tone),
  fill: colour(tone),
  width: 0,
  points: { show: false },
  ...pathsOf(paths),
})

/** @param {uPlot.Series.PathBuilder | undefined} paths */
const pathsOf = (paths) => (paths === undefined ? {} : { paths })

/** @param {readonly Point[]} history oldest first */
export const historyTable = (history) =>
  fold(
    'The numbers as a table',
    table({
      caption: 'History of this sync, newest first',
      rows: [...history].reverse(),
      columns: [
        { name: 'Run', sort: 'head', cell: (point) => runLink(point.run, short(point.ended_at)) },
        { name: 'Status', cell: (point) => pill(point.status) },
        {
          name: 'Members',
          sort: 'number',
          cell: (point) => (point.size === null ? null : count(point.size)),
        },
        { name: 'Added', sort: 'number', cell: (point) => count(point.added) },
        { name: 'Changed', sort: 'number', cell: (point) => count(point.changed) },
        { name: 'Removed', sort: 'number', cell: (point) => count(point.removed) },
        { name: 'Sent', sort: 'number', cell: (point) => count(point.sent) },
        { name: 'Rejected', sort: 'number', cell: (point) => count(point.rejected) },
      ],
    }),
  )
