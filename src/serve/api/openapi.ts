// Decides how the list of routes reads as an OpenAPI 3.1 document, for people and for programs that test or call the API.

import { z } from 'zod'
import { statusOf, titleOf } from '../http/problem.ts'
import { shapes } from './named.ts'
import { type ProblemCode, problemShape } from './problem-shape.ts'
import { ROUTES, type Route } from './routes.ts'

type Json = Record<string, unknown>

const ref = (id: string): Json => ({ $ref: `#/components/schemas/${id}` })
const uri = (id: string) => `#/components/schemas/${id}`

/** What any request may meet. */
const ALWAYS: readonly ProblemCode[] = [
  'unauthenticated',
  'forbidden',
  'wrong_host',
  'too_many_failures',
  'unavailable',
  'internal',
]

export function openapi(version: string): Json {
  const paths: Record<string, Json> = {}
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const path = `/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Brazier',
      version,
      description:
        'Runs, syncs and plans of one project. Errors are problem+json (RFC 9457); their codes do not change.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: components(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'One of service.tokens in config/brazier.yaml; none is needed where none is configured',
        },
      },
    },
  }
}

function operation(name: string, route: Route): Json {
  return {
    operationId: name,
    summary: route.summary,
    description: `Needs the role ${route.role}.`,
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...parameters('header', route.headers),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
          },
        }),
    responses: { ...success(route), ...problems(route) },
  }
}

const success = ({ reply }: Route): Json => ({
  [reply.status]: {
    description: reply.status === 202 ? 'It is on record' : 'The answer',
    content: { [reply.type ?? 'application/json']: { schema: schemaOf(reply.shape, 'output') } },
  },
})

/** One entry for each status; codes that share it are named together. */
function problems(route: Route): Json {
  const takesInput = [route.params, route.query, route.body, route.headers].some((part) => part !== undefined)
  const codes: ProblemCode[] = [
    ...ALWAYS,
    ...(takesInput ? (['invalid_request'] as const) : []),
    ...(route.method === 'POST' ? (['not_json', 'body_too_large'] as const) : []),
    ...(route.problems ?? []),
  ]
  const byStatus = Map.groupBy(codes, statusOf)
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, found]) => [
        status,
        {
          description: found.map((code) => `${code}: ${titleOf(code)}`).join('; '),
          content: { 'application/problem+json': { schema: ref('Problem') } },
        },
      ]),
  )
}

function parameters(where: 'path' | 'query' | 'header', schema: z.ZodObject | undefined): Json[] {
  if (schema === undefined) return []
  const json = z.toJSONSchema(schema, { io: 'input' })
  const required = new Set(json.required ?? [])
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.has(name),
    schema: property,
  }))
}

/** A named shape is pointed at; any other stands where it is used. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const known = shapes.get(schema)
  return known === undefined ? bare(z.toJSONSchema(schema, { io })) : ref(known.id)
}

function components(): Json {
  const output = z.toJSONSchema(shapes, { uri, io: 'output' }).schemas
  const input = z.toJSONSchema(shapes, { uri, io: 'input' }).schemas
  const bodies = new Set(
    Object.values<Route>(ROUTES).flatMap(({ body }) =>
      body === undefined ? [] : (shapes.get(body)?.id ?? []),
    ),
  )
  const ids = [...new Set([...Object.keys(output), shapes.get(problemShape)?.id ?? 'Problem'])]
  return Object.fromEntries(ids.map((id) => [id, bare((bodies.has(id) ? input : output)[id] ?? {})]))
}

/** Without what says where a schema of its own would live. */
function bare(schema: object): Json {
  const { $schema, $id, ...rest } = schema as Json
  return rest
}
