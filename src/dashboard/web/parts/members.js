// Decides how what was sent is shown: each attribute with its value, as Braze would show them.

import { h } from '../dom.js'

/**
 * The members of a JSON object, without its braces.
 * @param {string | null} text
 */
export function members(text) {
  if (text === null || text === '') return h('span', { class: 'quiet' }, 'nothing')
  const parts = split(text)
  return h(
    'ul',
    { class: 'members' },
    parts.map(([name, value]) => h('li', {}, h('span', { class: 'name' }, name), ' ', shownValue(value))),
  )
}

/** @param {string} value */
const shownValue = (value) =>
  value === 'null' ? h('em', { class: 'quiet' }, 'taken back') : h('code', {}, value)

/**
 * Cut by hand at the top level: parsing would change large numbers.
 * @param {string} text
 * @returns {[string, string][]}
 */
export function split(text) {
  /** @type {[string, string][]} */
  const parts = []
  for (const member of topLevel(text)) {
    const end = /^\s*"(?:[^"\\]|\\.)*"/.exec(member)?.[0].length ?? 0
    if (end > 0)
      parts.push([
        String(JSON.parse(member.slice(0, end))),
        member.slice(member.indexOf(':', end) + 1).trim(),
      ])
  }
  return parts
}

/** @param {string} text */
function topLevel(text) {
  const pieces = ['']
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]|[^"[\]{},]+/g)) {
    if (token === '[' || token === '{') depth += 1
    if (token === ']' || token === '}') depth -= 1
    if (token === ',' && depth === 0) pieces.push('')
    else pieces.push((pieces.pop() ?? '') + token)
  }
  return pieces.filter((piece) => piece.trim() !== '')
}
