// Decides how one signs in: with a token, which stays in this tab until it is closed.

/** @import { Page } from '../shapes.d.ts' */

import { readStatus } from '../api.js'
import { h, replace } from '../dom.js'
import { problem } from '../parts/dialog.js'
import { command, fold } from '../parts/text.js'
import { Refused } from '../request.js'
import { dropToken, keepToken } from '../token.js'

/**
 * @param {() => Promise<void>} enter
 * @returns {Page}
 */
export function signInPage(enter) {
  const input = h('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'token-note',
  })
  const said = h('div')
  const node = h(
    'div',
    { class: 'sign-in' },
    h('h1', { tabindex: -1 }, 'Sign in'),
    h(
      'form',
      {
        onsubmit: async (event) => {
          event.preventDefault()
          replace(said)
          keepToken(input.value.trim())
          try {
            await readStatus()
            await enter()
          } catch (thrown) {
            dropToken()
            replace(said, problem(wrongToken(thrown)))
            input.select()
          }
        },
      },
      h('label', { for: 'token' }, 'Token'),
      input,
      h('p', { class: 'quiet', id: 'token-note' }, 'It is kept in this tab only, until the tab is closed.'),
      said,
      h('button', { type: 'submit', class: 'primary' }, 'Sign in'),
    ),
    fold(
      'I have no token',
      h(
        'p',
        {},
        'Who runs the service makes one, and adds what it prints to service.tokens of config/brazier.yaml:',
      ),
      command('npx brazier token'),
    ),
  )
  return { title: 'Sign in', node, mark: 'sign-in' }
}

/** @param {unknown} thrown */
const wrongToken = (thrown) =>
  thrown instanceof Refused && thrown.status === 401
    ? new Refused('The service does not know this token.', {
        status: 401,
        code: thrown.code,
        hint: 'Is all of it there?',
      })
    : thrown
