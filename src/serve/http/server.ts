// Decides how the service is reached over HTTP: what may come in, how much of it and how long it may take, who asks, and the
// headers that every answer carries. What a path does is elsewhere.

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { asError } from '../../model/errors.ts'
import type { Role } from '../../model/words.ts'
import type { House } from '../house.ts'
import { ANYBODY, bearerToken, isLoopbackHost, mayDo, type Person, personOf } from './auth.ts'
import { methodsOf } from './bind.ts'
import { countFailures } from './failures.ts'
import { ApiError, apiError, problemOf } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    person: Person
  }
  interface FastifyContextConfig {
    /** Absent: anybody may, since it says nothing worth hiding. */
    role?: Role
  }
}

const BODY_BYTES = 64 * 1024
/** For a whole request to arrive. */
const REQUEST_MS = 10_000
/** A socket without a word. */
const IDLE_MS = 60_000
const LONGEST_PARAMETER = 1_000

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
}

/** `open`: it was started without tokens. Somebody who takes all tokens away later does not open it. */
export function openServer(house: House, open: boolean): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: {
      maxParamLength: LONGEST_PARAMETER,
      querystringParser: (text) => Object.fromEntries(new URLSearchParams(text)),
    },
    // A path that cannot be read is nobody's.
    frameworkErrors: (error, { method, url }, reply) =>
      void answer(reply, isOurs(method) ? apiError(error) : nothingThere(url)),
  })
  const admit = admission(house, open)
  server.decorateRequest('person')
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    admit(request)
    refuseOtherTypes(request)
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: unknown) => parsed(String(body)),
  )
  server.setErrorHandler((thrown, request, reply) => {
    // Where there is nothing, it does not matter what else was wrong.
    const isNowhere = request.is404 && !(thrown instanceof ApiError)
    const error = isNowhere ? nothingThere(request.url) : apiError(thrown)
    if (error.code === 'internal') tellLog(house, request, thrown)
    return answer(reply, error)
  })
  server.setNotFoundHandler(({ url }, reply) => answer(reply, nothingThere(url)))
  return server
}

/** Whoever errs in the method errs in nothing else. */
const isOurs = (method: string): boolean => method === 'GET' || method === 'POST'

function nothingThere(url: string): ApiError {
  const methods = methodsOf(url)
  if (methods.length === 0) return new ApiError('not_found', { detail: 'there is nothing at this path' })
  const allow = methods.join(', ')
  return new ApiError('method_not_allowed', { detail: `this path takes ${allow}`, headers: { allow } })
}

function answer(reply: FastifyReply, error: ApiError): FastifyReply {
  const problem = problemOf(error)
  return reply
    .code(problem.status)
    .headers({ ...HEADERS, ...error.about.headers })
    .type('application/problem+json')
    .send(problem)
}

/** Names and places only: what an unforeseen error says may hold anything. */
function tellLog({ log }: House, request: FastifyRequest, thrown: unknown): void {
  const error = asError(thrown)
  log.warn('http.failed', {
    route: request.routeOptions.url,
    error: error.name,
    at: error.stack
      ?.split('\n')
      .find((line) => line.trim().startsWith('at '))
      ?.trim(),
  })
}

function admission(house: House, open: boolean): (request: FastifyRequest) => void {
  const failures = countFailures()
  return (request) => {
    const { tokens } = house.project.current().service
    if (open && tokens.length === 0) {
      request.person = ANYBODY
      if (isLoopbackHost(request.headers.host)) return
      throw new ApiError('wrong_host', {
        detail: 'without tokens the service is reached as localhost or 127.0.0.1 only',
        hint: 'Configure service.tokens: npx brazier token makes one.',
      })
    }
    const { role } = request.routeOptions.config
    if (role === undefined) return
    const wait = failures.blockedFor(request.ip, house.monotonic())
    if (wait > 0)
      throw new ApiError('too_many_failures', {
        detail: `too many wrong tokens came from this address; it is listened to again in ${wait} s`,
        headers: { 'retry-after': String(wait) },
      })
    const token = bearerToken(request.headers.authorization)
    const person = token === undefined ? undefined : personOf(token, tokens)
    if (person === undefined) {
      if (token !== undefined) failures.note(request.ip, house.monotonic())
      throw unauthenticated(token !== undefined)
    }
    request.person = person
    demand(person, role)
  }
}

/** @throws ApiError when the role is not enough. */
export function demand(person: Person, role: Role): void {
  if (mayDo(person, role)) return
  throw new ApiError('forbidden', {
    detail: `this takes the role ${role}; the token ${person.name} has ${person.role}`,
  })
}

const unauthenticated = (isWrong: boolean) =>
  new ApiError('unauthenticated', {
    detail: isWrong ? 'the token is not known' : 'the request carries no token',
    hint: 'Send the header Authorization: Bearer TOKEN.',
    headers: { 'www-authenticate': 'Bearer realm="brazier"' },
  })

/** Forms and plain text can be sent by a page elsewhere without being asked; JSON cannot. */
function refuseOtherTypes(request: FastifyRequest): void {
  if (request.method !== 'POST' || request.is404) return
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new ApiError('not_json', { detail: 'the header content-type must be application/json' })
}

/** No body is an empty object. */
function parsed(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError('invalid_request', { detail: 'the body is not JSON' })
  }
}
