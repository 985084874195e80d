// Decides the small line beside a number: its shape only, so the number and the words stand next to it.

import { svg } from '../dom.js'
import { count } from '../format.js'

const WIDTH = 96
const HEIGHT = 24

/** @param {readonly number[]} values */
export function sparkline(values) {
  if (values.length < 2) return null
  const low = Math.min(...values)
  const high = Math.max(...values)
  const x = (/** @type {number} */ index) => 2 + (index * (WIDTH - 4)) / (values.length - 1)
  const y = (/** @type {number} */ value) =>
    high === low ? HEIGHT / 2 : HEIGHT - 3 - ((value - low) * (HEIGHT - 6)) / (high - low)
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`)
  const label = `From ${count(values[0] ?? 0)} to ${count(values.at(-1) ?? 0)} over ${values.length} runs`
  return svg(
    'svg',
    {
      class: 'sparkline',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
      role: 'img',
      'aria-label': label,
    },
    svg('title', {}, label),
    svg('polyline', { points: points.join(' ') }),
    svg('circle', { cx: x(values.length - 1), cy: y(values.at(-1) ?? 0), r: 2 }),
  )
}
