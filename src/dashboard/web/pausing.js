// Decides how a sync, or everything, is paused and resumed: always asked first, with room for a reason.

/** @import { Pause } from './shapes.d.ts' */

import { pause, resume } from './api.js'
import { h } from './dom.js'
import { ago } from './format.js'
import { confirm } from './parts/dialog.js'

/**
 * @param {string | null} sync null for everything
 * @param {() => Promise<unknown>} then
 */
export function askToPause(sync, then) {
  const reason = h('input', { id: 'reason', maxlength: 500, autocomplete: 'off' })
  confirm({
    title: sync === null ? 'Pause everything?' : `Pause ${sync}?`,
    body: [
      h(
        'p',
        {},
        sync === null
          ? 'A run under way is cut and settled, and none begins, by schedule or by hand, until an admin resumes.'
          : 'Neither its schedule nor a trigger runs it until somebody resumes it. What Braze holds stays as it is.',
      ),
      h('label', { for: 'reason' }, 'Why, for people who wonder (may stay empty)'),
      reason,
    ],
    confirm: sync === null ? 'Pause everything' : 'Pause',
    kind: sync === null ? 'danger' : 'primary',
    act: async () => {
      await pause(sync, reason.value.trim())
      await then()
    },
  })
}

/**
 * @param {string | null} sync null for everything
 * @param {() => Promise<unknown>} then
 */
export function askToResume(sync, then) {
  confirm({
    title: sync === null ? 'Resume everything?' : `Resume ${sync}?`,
    body: h('p', {}, 'What became due meanwhile runs soon: once, not once for each time that was missed.'),
    confirm: 'Resume',
    act: async () => {
      await resume(sync)
      await then()
    },
  })
}

/**
 * `paused 10 min ago by mara: “an incident”`
 * @param {Pause} pause
 */
export const pauseText = ({ since, by, reason }) => [
  'paused ',
  ago(since),
  by !== null && ` by ${by}`,
  reason !== null && `: “${reason}”`,
]
