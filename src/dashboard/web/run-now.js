// Decides what `Run now` does: it plans first, shows the numbers, and sends exactly that plan once somebody has agreed.

/** @import { Plan, Run } from './shapes.d.ts' */

import { approvePlan, askForPlan, readPlan } from './api.js'
import { h } from './dom.js'
import { followRun } from './follow.js'
import { counted, people } from './format.js'
import { openDialog } from './parts/dialog.js'
import { isEmptyPlan, planFacts, planTable } from './parts/plan-numbers.js'
import { progressView } from './parts/progress.js'
import { button, notice, planLink, runLink } from './parts/text.js'
import { may } from './state.js'

/** @typedef {ReturnType<typeof openDialog>} Dialog */

/**
 * @param {readonly string[]} select names; empty for everything
 * @param {string} title
 */
export async function runNow(select, title) {
  const dialog = openDialog(title)
  const progress = progressView('Making the plan')
  dialog.show(
    [h('p', {}, 'First a plan: what would be sent. Nothing is sent yet.'), progress.node],
    button('Cancel', dialog.close),
  )
  try {
    const asked = await askForPlan(select)
    const run = await followRun(asked.run, {
      signal: dialog.signal,
      onRun: ({ status }) => status === 'queued' && progress.wait('Waiting for the run under way'),
      onProgress: progress.tell,
    })
    if (run.plan === null) showNoPlan(dialog, run)
    else showPlan(dialog, await readPlan(run.plan), asked.left_out)
  } catch (thrown) {
    if (!dialog.signal.aborted) dialog.fail(thrown)
  }
}

/**
 * @param {Dialog} dialog
 * @param {Run} run
 */
function showNoPlan(dialog, run) {
  const failed = run.syncs.filter((sync) => sync.error !== null)
  dialog.show(
    notice(
      'bad',
      run.error?.message ?? 'No plan could be made.',
      run.error?.hint && h('p', {}, run.error.hint),
      failed.map((sync) => h('p', {}, `${sync.name}: ${sync.error}`)),
      h('p', {}, runLink(run.run, 'Look at the run')),
    ),
    button('Close', dialog.close),
  )
}

/**
 * @param {Dialog} dialog
 * @param {Plan} plan
 * @param {readonly string[]} leftOut
 */
function showPlan(dialog, plan, leftOut) {
  const paused =
    leftOut.length > 0 && h('p', { class: 'quiet' }, `Left out, since paused: ${leftOut.join(', ')}.`)
  if (isEmptyPlan(plan) && !plan.held) {
    dialog.show(
      [notice('good', 'Nothing to do.', h('p', {}, 'Braze holds what the warehouse says.')), paused],
      button('Close', dialog.close, 'primary'),
    )
    return
  }
  const allowed = !plan.held || may('admin')
  const closer = h(
    'a',
    { href: `#/plans/${plan.plan}`, class: 'button', onclick: dialog.close },
    'Look closer',
  )
  dialog.show(
    [
      plan.held &&
        notice(
          'warn',
          'A guard holds some of it.',
          h('p', {}, allowed ? 'Sending it lets it past the guard.' : 'Approving it takes the role admin.'),
        ),
      planFacts(plan),
      planTable(plan),
      paused,
      h('p', { class: 'quiet' }, 'The plan is kept: ', planLink(plan.plan)),
    ],
    [button('Not now', dialog.close), closer, allowed && sendButton(dialog, plan)],
  )
}

/**
 * @param {Dialog} dialog
 * @param {Plan} plan
 */
function sendButton(dialog, plan) {
  const label = `Send to ${people(plan.objects)} in ${counted(plan.requests, 'request')}`
  const send = button(
    label,
    async () => {
      send.disabled = true
      try {
        const { run } = await approvePlan(plan.plan)
        dialog.close()
        location.hash = `#/runs/${run}`
      } catch (thrown) {
        dialog.fail(thrown)
      }
    },
    'primary',
  )
  return send
}
