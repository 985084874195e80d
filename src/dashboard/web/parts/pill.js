// Decides the colour of each word for how something stands; the word itself is always there too.

import { h } from '../dom.js'

/** @type {Record<string, string>} */
const TONES = {
  healthy: 'good',
  succeeded: 'good',
  applied: 'good',
  queued: 'info',
  running: 'info',
  applying: 'info',
  making: 'info',
  open: 'info',
  paused: 'warn',
  held: 'warn',
  late: 'warn',
  rejecting: 'warn',
  rejected: 'warn',
  partial: 'warn',
  failing: 'bad',
  failed: 'bad',
}

/** @param {string} word */
export const pill = (word) => h('span', { class: `pill ${TONES[word] ?? 'idle'}` }, word)
