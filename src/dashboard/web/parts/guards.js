// Decides how near a sync is to being held: each guard with its limit, and what is left of it.

/** @import { Guard } from '../shapes.d.ts' */

import { h } from '../dom.js'
import { count, counted, people } from '../format.js'
import { meter } from './meter.js'

/** @param {readonly Guard[]} guards */
export const guardList = (guards) =>
  h(
    'ul',
    { class: 'guards' },
    guards.map((guard) =>
      h(
        'li',
        {},
        h(
          'div',
          { class: 'guard-name' },
          h('code', {}, guard.guard),
          h('span', { class: 'quiet' }, guard.limit),
        ),
        h('p', {}, sentence(guard)),
        guard.guard !== 'min_rows' &&
          guard.allowed !== null &&
          meter({
            value: guard.used,
            of: guard.allowed,
            label: `${guard.guard}: used of allowed`,
            warns: true,
          }),
      ),
    ),
  )

/** @param {Guard} guard */
function sentence({ guard, used, allowed, of }) {
  if (guard === 'min_rows') return `${counted(used, 'row')} in the last run; at least ${count(allowed ?? 0)}.`
  const soFar =
    guard === 'max_removes'
      ? `${people(used)} taken back in the last 24 hours`
      : `${people(used)} changed in the last run`
  if (allowed === null)
    return `${soFar}. A share counts from 100 people up, so this guard does not apply yet.`
  const left = Math.max(0, allowed - used)
  const share = of === null ? '' : ` (of ${count(of)})`
  return `${soFar}; ${count(allowed)} are allowed${share}, ${left === 0 ? 'none' : count(left)} left.`
}
