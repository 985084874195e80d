// Decides how tables are built: real tables for readers of any kind, which become cards on a phone.

/** @import { Child } from '../shapes.d.ts' */

import { h } from '../dom.js'

/**
 * @template T
 * @typedef {object} Column
 * @property {string} name
 * @property {(row: T) => Child} cell
 * @property {'number' | 'tight' | 'wide' | 'head' | 'timeline'} [sort] `head` names the row; `number` stands right
 */

/**
 * @template T
 * @param {{caption: string, columns: readonly Column<T>[], rows: readonly T[]}} table
 */
export function table({ caption, columns, rows }) {
  // The roles are written out, since a table that is shown as cards would lose them.
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { role: 'table' },
      h('caption', { class: 'unseen' }, caption),
      h(
        'thead',
        { role: 'rowgroup' },
        h(
          'tr',
          { role: 'row' },
          columns.map(({ name, sort }) => h('th', { role: 'columnheader', scope: 'col', class: sort }, name)),
        ),
      ),
      h(
        'tbody',
        { role: 'rowgroup' },
        rows.map((row) =>
          h(
            'tr',
            { role: 'row' },
            columns.map((column) => cellOf(column, row)),
          ),
        ),
      ),
    ),
  )
}

/**
 * @template T
 * @param {Column<T>} column
 * @param {T} row
 */
function cellOf({ name, cell, sort }, row) {
  const content = cell(row)
  if (sort === 'head') return h('th', { role: 'rowheader', scope: 'row', class: 'head' }, content)
  const isEmpty = content === null || content === undefined || content === false || content === ''
  return h(
    'td',
    { role: 'cell', class: isEmpty ? `${sort ?? ''} empty` : sort, 'data-name': name },
    h('div', { class: 'cell' }, content),
  )
}
