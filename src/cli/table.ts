// Decides how a table looks: columns held together by blanks, nothing else, so that it can be read, cut and searched.

import Table from 'cli-table3'
import type { Paint } from './paint.ts'

export interface Column {
  readonly head: string
  readonly right?: boolean
}

const EDGES = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
] as const

/** Lines without blanks at their ends, joined by line breaks. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string {
  const drawn = new Table({
    head: columns.map(({ head }) => paint.faint(head)),
    colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
    chars: Object.fromEntries(EDGES.map((edge) => [edge, ''])),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  })
  // A row that ends early would be followed by an empty line.
  drawn.push(...rows.map((row) => columns.map((_, i) => row[i] ?? '')))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
