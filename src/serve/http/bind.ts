// Decides how the list of routes becomes paths of the server: each request is checked against the shapes of its route before
// its answer is asked for.

import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { z } from 'zod'
import { ROUTES, type Route, type RouteName } from '../api/routes.ts'
import type { Person } from './auth.ts'
import { ApiError } from './problem.ts'

export const API = '/api/v1'

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined
type Routes = typeof ROUTES

type Part<N extends RouteName, K extends string> =
  Routes[N] extends Record<K, infer S> ? Parsed<S> : undefined

/** A request that has been checked. */
export interface Asked<N extends RouteName> {
  readonly person: Person
  readonly params: Part<N, 'params'>
  readonly query: Part<N, 'query'>
  readonly body: Part<N, 'body'>
  readonly headers: Part<N, 'headers'>
  readonly raw: { readonly request: FastifyRequest; readonly reply: FastifyReply }
}

export type Answer<N extends RouteName> = (
  asked: Asked<N>,
) => Promise<Routes[N]['reply'] extends { type: string } ? undefined : z.output<Routes[N]['reply']['shape']>>

export type Answers = { readonly [N in RouteName]: Answer<N> }

export function bindRoutes(server: FastifyInstance, answers: Answers): void {
  server.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data: unknown) => {
    const read = schema.safeParse(data)
    return read.success ? { value: read.data } : { error: invalid(httpPart ?? 'request', read.error) }
  })
  for (const name of Object.keys(ROUTES) as RouteName[]) bindOne(server, name, answers)
}

function bindOne<N extends RouteName>(server: FastifyInstance, name: N, answers: Answers): void {
  const route: Route = ROUTES[name]
  // The list of answers is checked against the list of routes; here, one name stands for any of them.
  const answer = answers[name] as unknown as (asked: object) => Promise<unknown>
  server.route({
    method: route.method,
    url: `${API}${route.path}`,
    config: { role: route.role },
    schema: schemaOf(route),
    handler: async (request, reply) => {
      const { person, params, query, body, headers } = request
      const found = await answer({ person, params, query, body, headers, raw: { request, reply } })
      return reply.sent ? reply : reply.code(route.reply.status).send(found)
    },
  })
}

const schemaOf = ({ params, query, headers, body }: Route): FastifySchema => ({
  ...(params === undefined ? {} : { params }),
  ...(query === undefined ? {} : { querystring: query }),
  ...(headers === undefined ? {} : { headers }),
  ...(body === undefined ? {} : { body }),
})

function invalid(part: string, { issues }: z.ZodError): ApiError {
  const where = part === 'querystring' ? 'query' : part
  return new ApiError('invalid_request', {
    detail: `the ${where} of the request is not as it must be`,
    hint: `The shapes of all requests: ${API}/openapi.json`,
    errors: issues
      .slice(0, 20)
      .map(({ path, message }) => ({ at: [where, ...path.map(String)].join('.'), message })),
  })
}

const PATHS = Map.groupBy(Object.values<Route>(ROUTES), ({ path }) => path)

/** The methods of a path of ours; none when it is not one. */
export function methodsOf(url: string): readonly string[] {
  const path = url.split('?', 1)[0] ?? ''
  for (const [pattern, routes] of PATHS) {
    const form = new RegExp(`^${API}${pattern.replace(/:\w+/g, '[^/]+')}$`)
    if (form.test(path)) return routes.map(({ method }) => method)
  }
  return []
}
