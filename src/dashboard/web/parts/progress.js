// Decides how a run that goes on is shown: which stage, how far, how fast; told aloud by the stage, not by the second.

/** @import { Progress } from '../shapes.d.ts' */

import { announce, h, replace } from '../dom.js'
import { count, counted, length, people } from '../format.js'
import { state } from '../state.js'

/** @type {Record<Progress['stage'], string>} */
export const STAGES = {
  lease: 'Waiting for its turn',
  recover: 'Settling the run before',
  candidates: 'Reading the warehouse',
  outbox: 'Packing',
  send: 'Sending',
  settle: 'Settling',
}

/** @param {Progress} progress */
function howFar({ stage, sync, done, total }) {
  if (stage === 'candidates')
    return total === 0 ? (sync ?? '') : `${sync ?? ''} (${done} of ${counted(total, 'sync', 'syncs')})`
  if (stage === 'send' && total > 0) return `${count(done)} of ${people(total)}`
  return ''
}

/** @param {string} label */
export function progressView(label) {
  const text = h('p', { class: 'progress-text' }, 'Starting')
  const more = h('p', { class: 'quiet' })
  const fill = h('span', { class: 'fill' })
  const bar = h(
    'span',
    { class: 'meter', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    fill,
  )
  let said = ''
  return {
    node: h('div', { class: 'progress' }, text, bar, more),
    /** @param {string} waiting */
    wait: (waiting) => replace(text, waiting),
    /** @param {Progress} progress */
    tell: (progress) => {
      const share = progress.total === 0 ? 0 : Math.min(1, progress.done / progress.total)
      fill.style.inlineSize = `${(share * 100).toFixed(1)}%`
      if (progress.total === 0) bar.removeAttribute('aria-valuenow')
      else bar.setAttribute('aria-valuenow', String(Math.round(share * 100)))
      replace(text, h('span', { class: 'strong' }, STAGES[progress.stage]), ' ', howFar(progress))
      const pace =
        progress.pace === null || progress.stage !== 'send'
          ? ''
          : `, ${count(progress.pace)} of at most ${count(state.status?.pace_limit ?? progress.pace)} a second allowed`
      replace(more, `${length(progress.seconds)} so far, ${counted(progress.requests, 'request')}${pace}`)
      const quarter = `${STAGES[progress.stage]}${progress.stage === 'send' ? `, ${Math.floor(share * 4) * 25} percent` : ''}`
      if (quarter !== said) announce(quarter)
      said = quarter
    },
  }
}
