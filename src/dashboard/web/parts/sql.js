// Decides the colours of a definition: its header, comments, strings, numbers, key words. Light, and nothing else.

/** @import { Child } from '../shapes.d.ts' */

import { h } from '../dom.js'

const WORDS = new Set(
  (
    'select from where group by having order limit offset join left right full inner outer cross lateral on using with as ' +
    'recursive union all intersect except distinct case when then else end and or not in is null like ilike between exists ' +
    'interval cast over partition filter qualify window rows range asc desc nulls first last true false date timestamp unnest'
  ).split(' '),
)
const HEADER = /^(\s*)(\/\* ---[\s\S]*?\n--- \*\/)/
const TOKENS =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|("(?:[^"]|"")*"|`[^`]*`)|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)/g

/** @param {string} text */
export function sqlView(text) {
  const header = HEADER.exec(text)
  const body = header === null ? text : text.slice(header[0].length)
  return h(
    'pre',
    { class: 'sql', tabindex: 0, 'aria-label': 'SQL' },
    h('code', {}, header?.[2] && h('span', { class: 'sql-header' }, headerParts(header[2])), sqlParts(body)),
  )
}

/**
 * Keys and comments of the YAML.
 * @param {string} text
 */
const headerParts = (text) =>
  text.split(/(?<=\n)/).map((line) => {
    const found = /^(\s*)([\w-]+)(:)(.*?)((?:\s#.*)?\n?)$/s.exec(line)
    if (found === null) return h('span', { class: 'sql-comment' }, line)
    const [, indent, key, colon, value, comment] = found
    return [
      indent,
      h('span', { class: 'sql-key' }, key),
      colon,
      value,
      h('span', { class: 'sql-comment' }, comment),
    ]
  })

/**
 * @param {string} text
 * @returns {Child[]}
 */
function sqlParts(text) {
  /** @type {Child[]} */
  const parts = []
  let from = 0
  for (const match of text.matchAll(TOKENS)) {
    const sort = sortOf(match)
    if (sort === undefined) continue
    parts.push(text.slice(from, match.index), h('span', { class: sort }, match[0]))
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return parts
}

/** @param {RegExpMatchArray} match */
function sortOf([, comment, string, , number, word]) {
  if (comment !== undefined) return 'sql-comment'
  if (string !== undefined) return 'sql-string'
  if (number !== undefined) return 'sql-number'
  return word !== undefined && WORDS.has(word.toLowerCase()) ? 'sql-word' : undefined
}
