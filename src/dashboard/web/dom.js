// Decides how elements are made: text stays text, so that nothing from a database becomes markup.

/** @import { Child } from './shapes.d.ts' */

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Names beginning with `on` are listeners, `true` sets an attribute without a value, null, undefined and false set none.
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: Event) => unknown)>} Attributes
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  dress(element, attributes)
  fill(element, children)
  return element
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag)
  dress(element, attributes)
  fill(element, children)
  return element
}

/**
 * @param {Element} element
 * @param {Attributes} attributes
 */
function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
}

/**
 * @param {Element} element
 * @param {readonly Child[]} children
 */
export function fill(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) fill(element, child)
    else element.append(child instanceof Node ? child : String(child))
  }
}

/**
 * @param {Element} element
 * @param {...Child} children
 */
export function replace(element, ...children) {
  element.replaceChildren()
  fill(element, children)
}

/** @param {string} id */
export function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no element ${id}.`)
  return found
}

/**
 * Said to people who listen to the page.
 * @param {string} text
 */
export function announce(text) {
  byId('live').textContent = text
}
