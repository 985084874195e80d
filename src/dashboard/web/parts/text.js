// Decides the small pieces that pages are written with: headings, sections, facts, notices, empty states, links.

/** @import { Child } from '../shapes.d.ts' */

import { h } from '../dom.js'

/**
 * @param {{title: Child, beside?: Child, below?: Child, actions?: Child}} parts
 */
export const heading = ({ title, beside, below, actions }) =>
  h(
    'div',
    { class: 'heading' },
    h(
      'div',
      {},
      h('div', { class: 'title' }, h('h1', { tabindex: -1 }, title), beside),
      below && h('p', { class: 'quiet' }, below),
    ),
    h('div', { class: 'actions' }, actions),
  )

/**
 * @param {string} title
 * @param {...Child} children
 */
export function section(title, ...children) {
  const id = `part-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`
  return h('section', { 'aria-labelledby': id }, h('h2', { id }, title), children)
}

/**
 * Pairs of a name and a value; those without a value are left out.
 * @param {readonly (readonly [string, Child])[]} pairs
 */
export const facts = (pairs) =>
  h(
    'dl',
    { class: 'facts' },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '')
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )

/**
 * @param {'info' | 'good' | 'warn' | 'bad'} tone
 * @param {Child} head
 * @param {...Child} children
 */
export const notice = (tone, head, ...children) =>
  h('div', { class: `notice ${tone}` }, h('p', { class: 'strong' }, head), children)

/**
 * What to do where there is nothing yet.
 * @param {string} head
 * @param {...Child} children
 */
export const empty = (head, ...children) =>
  h('div', { class: 'blank' }, h('p', { class: 'strong' }, head), children)

/** @param {string} text */
export const command = (text) => h('pre', { class: 'command', tabindex: 0 }, h('code', {}, text))

/** @param {readonly string[]} tags */
export const tagList = (tags) => tags.map((tag) => h('span', { class: 'tag' }, tag))

/**
 * @param {string} label
 * @param {() => unknown} act
 * @param {string} [kind]
 */
export const button = (label, act, kind = '') =>
  h('button', { type: 'button', class: kind, onclick: act }, label)

/** @param {string} name */
export const syncLink = (name) => h('a', { href: `#/syncs/${encodeURIComponent(name)}` }, name)
/**
 * @param {string} run
 * @param {Child} [text]
 */
export const runLink = (run, text = run) =>
  h('a', { href: `#/runs/${encodeURIComponent(run)}`, class: text === run ? 'id' : null }, text)
/**
 * @param {string} plan
 * @param {Child} [text]
 */
export const planLink = (plan, text = plan) =>
  h('a', { href: `#/plans/${encodeURIComponent(plan)}`, class: text === plan ? 'id' : null }, text)
/** @param {string} id */
export const personLink = (id) => h('a', { href: `#/people/${encodeURIComponent(id)}`, class: 'id' }, id)

/**
 * @param {string} summary
 * @param {...Child} children
 */
export const fold = (summary, ...children) => h('details', {}, h('summary', {}, summary), children)
