// Decides how adds, changes and removes are written beside each other: a sign, a number, a word for who listens.

import { h } from '../dom.js'
import { count } from '../format.js'

/** @param {{added: number, changed: number, removed: number}} numbers */
export const changes = ({ added, changed, removed }) =>
  added + changed + removed === 0
    ? h('span', { class: 'quiet' }, 'no change')
    : h(
        'span',
        { class: 'changes' },
        signed(added, { sign: '+', word: 'added', tone: 'plus' }),
        signed(changed, { sign: '~', word: 'changed', tone: 'tilde' }),
        signed(removed, { sign: '−', word: 'removed', tone: 'minus' }),
      )

/**
 * @param {number} value
 * @param {{sign: string, word: string, tone: string}} how
 */
const signed = (value, { sign, word, tone }) =>
  value === 0
    ? null
    : h(
        'span',
        { class: tone, title: `${count(value)} ${word}` },
        h('span', { 'aria-hidden': 'true' }, sign),
        count(value),
        h('span', { class: 'unseen' }, ` ${word}`),
      )
