// Decides how the API is asked: the token goes in a header, and what went wrong comes back as one error with a remedy.

import { token } from './token.js'

const BASE = 'api/v1'

export class Refused extends Error {
  /**
   * @param {string} message
   * @param {{status: number, code: string, hint: string | null}} more
   */
  constructor(message, { status, code, hint }) {
    super(message)
    this.status = status
    this.code = code
    this.hint = hint
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function ask(path, options = {}) {
  const headers = new Headers(options.headers)
  const known = token()
  if (known !== null) headers.set('authorization', `Bearer ${known}`)
  let reply
  try {
    reply = await fetch(`${BASE}${path}`, { ...options, headers, cache: 'no-store' })
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown
    throw new Refused('The service cannot be reached.', {
      status: 0,
      code: 'unreachable',
      hint: 'Is `brazier serve` still running? The page goes on by itself once it is.',
    })
  }
  if (reply.ok) return reply
  throw await refusalOf(reply)
}

/** @param {Response} reply */
async function refusalOf(reply) {
  const text = await reply.text()
  try {
    const { detail, title, code, hint } = JSON.parse(text)
    return new Refused(detail ?? title, { status: reply.status, code, hint: hint ?? null })
  } catch {
    return new Refused(`The service answered ${reply.status}.`, {
      status: reply.status,
      code: 'internal',
      hint: null,
    })
  }
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function get(path, signal) {
  const reply = await ask(path, signal === undefined ? {} : { signal })
  return reply.json()
}

/**
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 */
export async function post(path, body = {}, headers = {}) {
  const reply = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return reply.json()
}

/** @param {Record<string, string | number | undefined>} values */
export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
