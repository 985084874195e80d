// Decides how a sync is told that the ledger still has and whose file is gone. Pure.

import type { Orphan } from '../../run/writers.ts'
import { counted, indented } from '../format.ts'
import type { Paint } from '../paint.ts'

export function orphanText({ name, size }: Orphan, paint: Paint): string {
  const holds =
    size === 0 ? '' : `, but Braze still holds what it wrote for ${counted(size, 'person', 'people')}`
  const purpose = size === 0 ? 'To forget it' : 'To take it back'
  return [
    `${paint.warn('orphan')} ${paint.strong(name)}: its file is gone${holds}`,
    indented(`${purpose}: ${paint.command(`retire ${name}`)}`, 4),
  ].join('\n')
}
