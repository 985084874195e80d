// Decides how light and dark are switched: first as the system says, then as chosen; charts are told.

import { h } from './dom.js'

export const THEME_CHANGED = 'brazier-theme'
const KEY = 'brazier.theme'
const CHOICES = /** @type {const} */ (['system', 'light', 'dark'])

/** @returns {typeof CHOICES[number]} */
const current = () => {
  const chosen = localStorage.getItem(KEY)
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

const tell = () => window.dispatchEvent(new Event(THEME_CHANGED))

export function themeChoice() {
  const select = h(
    'select',
    {
      'aria-label': 'Colours',
      onchange: () => {
        const { dataset } = document.documentElement
        if (select.value === 'system') {
          localStorage.removeItem(KEY)
          delete dataset.theme
        } else {
          localStorage.setItem(KEY, select.value)
          dataset.theme = select.value
        }
        tell()
      },
    },
    CHOICES.map((choice) =>
      h(
        'option',
        { value: choice, selected: choice === current() },
        choice === 'system' ? 'As the system' : choice === 'light' ? 'Light' : 'Dark',
      ),
    ),
  )
  return select
}

export const watchSystemTheme = () =>
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell)
