// Decides how a request travels: one pool of HTTP/1.1 connections, one deadline for the whole exchange, no retries and
// no redirects of its own. What comes back is a reply, or silence and whether the request may have arrived.

import { type Dispatcher, Pool } from 'undici'
import { isLoopback } from '../model/loopback.ts'
import type { Reply } from './reply.ts'

export interface Silence {
  readonly kind: 'silence'
  /** True unless it is certain that the request never left. */
  readonly mayHaveArrived: boolean
  /** What happened, in words without data. */
  readonly what: string
  /** A certificate is not trusted: waiting does not help. */
  readonly untrusted: boolean
}

export type Answer = ({ readonly kind: 'reply' } & Reply) | Silence

export interface Transport {
  /** Never rejects. */
  post(body: string): Promise<Answer>
  /** At once: requests in flight end in silence. */
  close(): Promise<void>
}

export interface TransportSettings {
  /** Origin. */
  readonly endpoint: string
  readonly apiKey: string
  readonly version: string
  readonly timeoutMs: number
  readonly connections: number
}

/** Braze's replies are a few kilobytes at most; more comes from something else. */
const MAX_REPLY_BYTES = 1_000_000
/** Of the time for a request, so long at most for the connection: then it is certain that nothing has left. */
const MAX_CONNECT_MS = 10_000

export function openTransport(settings: TransportSettings): Transport {
  const { timeoutMs } = settings
  const pool = new Pool(settings.endpoint, {
    connections: settings.connections,
    pipelining: 1,
    allowH2: false,
    connectTimeout: Math.min(timeoutMs, MAX_CONNECT_MS),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_REPLY_BYTES,
  })
  const headers = {
    authorization: `Bearer ${settings.apiKey}`,
    'content-type': 'application/json',
    'user-agent': `brazier/${settings.version}`,
  }
  const isHere = isLoopback(new URL(settings.endpoint).hostname)
  return {
    post: async (body) => {
      const answer = await exchange(pool, { path: '/users/track', method: 'POST', headers, body }, timeoutMs)
      return isHere && answer.kind === 'silence' ? hinted(answer) : answer
    },
    close: () => pool.destroy(),
  }
}

/** The lease outlives a request by this deadline, so it holds for connecting, sending and reading together. */
async function exchange(pool: Pool, request: Dispatcher.RequestOptions, timeoutMs: number): Promise<Answer> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(new DeadlineError()), timeoutMs)
  try {
    const response = await pool.request({ ...request, signal: deadline.signal })
    const { statusCode: status, headers } = response
    return { kind: 'reply', status, headers, body: await readBody(response.body) }
  } catch (error) {
    return silence(error, timeoutMs)
  } finally {
    clearTimeout(timer)
  }
}

/** A body that is too long is not Braze's: nothing of it is kept. */
async function readBody(body: Dispatcher.ResponseData['body']): Promise<string> {
  try {
    return await body.text()
  } catch (error) {
    if (codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return ''
    throw error
  }
}

class DeadlineError extends Error {
  readonly code = 'DEADLINE'
}

/** Errors of the phase before the first byte of the request. */
const NEVER_LEFT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
}

/** Names that Node gives to a certificate it does not trust. */
const UNTRUSTED =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:VERIFY|GET_ISSUER)|ERR_TLS_CERT|HOSTNAME_MISMATCH)/

/** On this machine a refused connection means that nothing listens: most often the sandbox was not started. */
function hinted(silence: Silence): Silence {
  return silence.what.includes('ECONNREFUSED')
    ? { ...silence, what: `${silence.what}; brazier sandbox starts a Braze here` }
    : silence
}

function silence(error: unknown, timeoutMs: number): Silence {
  const code = codeOf(error)
  if (UNTRUSTED.test(code)) {
    return {
      kind: 'silence',
      mayHaveArrived: false,
      untrusted: true,
      what: `its certificate is not trusted (${code})`,
    }
  }
  const neverLeft = NEVER_LEFT[code]
  if (neverLeft !== undefined) {
    return { kind: 'silence', mayHaveArrived: false, untrusted: false, what: `${neverLeft} (${code})` }
  }
  const isLate = ['DEADLINE', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'].includes(code)
  const what = isLate ? `no answer within ${timeoutMs / 1000} seconds` : `the connection was lost (${code})`
  return { kind: 'silence', mayHaveArrived: true, untrusted: false, what }
}

/** The error's code, or that of the first error it stands for (several addresses were tried). */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return codeOf(error.errors[0])
  return error instanceof Error ? error.name : 'unknown'
}
