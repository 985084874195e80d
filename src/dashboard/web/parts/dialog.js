// Decides how the page asks before it does something: one dialog, the browser's own, which keeps the focus and gives it back.

/** @import { Child } from '../shapes.d.ts' */

import { h, replace } from '../dom.js'
import { Refused } from '../request.js'
import { button, notice } from './text.js'

/** @param {string} title */
export function openDialog(title) {
  const gone = new AbortController()
  const body = h('div', { class: 'dialog-body' })
  const foot = h('div', { class: 'dialog-foot' })
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'dialog-title' },
    h('h2', { id: 'dialog-title', tabindex: -1 }, title),
    body,
    foot,
  )
  dialog.addEventListener('close', () => {
    gone.abort()
    dialog.remove()
  })
  document.body.append(dialog)
  dialog.showModal()
  return {
    signal: gone.signal,
    close: () => dialog.close(),
    /**
     * @param {Child} content
     * @param {Child} buttons
     */
    show: (content, buttons) => {
      replace(body, content)
      replace(foot, buttons)
    },
    /** @param {unknown} thrown */
    fail: (thrown) => {
      if (gone.signal.aborted) return
      replace(body, problem(thrown))
      replace(
        foot,
        button('Close', () => dialog.close()),
      )
    },
  }
}

/** @param {unknown} thrown */
export function problem(thrown) {
  const hint = thrown instanceof Refused ? thrown.hint : null
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return h('div', { role: 'alert' }, notice('bad', message, hint !== null && h('p', {}, hint)))
}

/**
 * Asks, then does it; what goes wrong is said in the same place.
 * @param {{title: string, body: Child, confirm: string, kind?: string, act: () => Promise<unknown>}} question
 */
export function confirm({ title, body, confirm: label, kind = 'primary', act }) {
  const dialog = openDialog(title)
  const yes = button(
    label,
    async () => {
      yes.disabled = true
      try {
        await act()
        dialog.close()
      } catch (thrown) {
        dialog.fail(thrown)
      }
    },
    kind,
  )
  dialog.show(body, [button('Cancel', dialog.close), yes])
}
