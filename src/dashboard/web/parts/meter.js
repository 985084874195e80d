// Decides how a share is drawn: a quiet bar that warns near its end.

import { h } from '../dom.js'

const NEAR = 0.8

/**
 * @param {{value: number, of: number, label: string, warns?: boolean}} meter
 */
export function meter({ value, of, label, warns = false }) {
  const share = of <= 0 ? (value > 0 ? 1 : 0) : Math.min(1, value / of)
  const tone = !warns || share < NEAR ? '' : share < 1 ? 'warn' : 'bad'
  const bar = h('span', { class: `fill ${tone}` })
  bar.style.inlineSize = `${(share * 100).toFixed(1)}%`
  return h(
    'span',
    {
      class: 'meter',
      role: 'meter',
      'aria-label': label,
      'aria-valuemin': 0,
      'aria-valuemax': Math.max(of, value),
      'aria-valuenow': value,
    },
    share > 0 && bar,
  )
}
