// Decides a service of the dashboard's own for tests: the real files under the real policy, answers from the fixtures, and a
// note of everything that was asked of it.

import fastify, { type FastifyReply } from 'fastify'
import { mountDashboard } from '../../src/dashboard/mount.ts'
import { person, rejections } from './fixtures/people.ts'
import { plan, planList } from './fixtures/plans.ts'
import { run, runPage } from './fixtures/runs.ts'
import { checked, PLANS, RUNS } from './fixtures/shop.ts'
import { type Status, status } from './fixtures/status.ts'
import { sync, syncList } from './fixtures/syncs.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const TOKEN = 'a-token-of-mara'

/** What a test may change while the page is open. */
export interface Stage {
  status: Partial<Status>
  empty: boolean
}

export interface FixtureServer {
  readonly url: string
  readonly stage: Stage
  /** Each POST, with its body. */
  readonly posts: { path: string; body: unknown; key: string | undefined }[]
  close(): Promise<void>
}

const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

export async function openFixtures(): Promise<FixtureServer> {
  const stage: Stage = { status: {}, empty: false }
  const posts: FixtureServer['posts'] = []
  const server = fastify({ forceCloseConnections: true })
  server.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', POLICY)
    const isApi = request.url.startsWith('/api/')
    if (isApi && request.headers.authorization !== `Bearer ${TOKEN}`)
      return problem(reply, 401, 'the token is not known')
  })
  server.addHook('preHandler', async ({ method, url, body, headers }) => {
    if (method === 'POST')
      posts.push({
        path: url.slice('/api/v1'.length),
        body,
        key: headers['idempotency-key'] as string | undefined,
      })
  })
  mountDashboard(server)
  await server.register(
    async (api) => {
      const found = (reply: FastifyReply, value: unknown) =>
        value ?? problem(reply, 404, 'there is nothing of this name')
      const id = (params: unknown) => Object.values(params as Record<string, string>)[0] ?? ''
      const role = () => status(stage.status).you.role
      api.get('/status', () => status(stage.status))
      api.get('/syncs', () => (stage.empty ? checked('listSyncs', { syncs: [], paused: null }) : syncList()))
      api.get('/syncs/:name', ({ params }, reply) => found(reply, sync(id(params))))
      api.get('/rejections', ({ query }) => rejections((query as { sync: string }).sync, role() === 'viewer'))
      api.get('/runs', () => (stage.empty ? checked('listRuns', { runs: [], next: null }) : runPage()))
      api.get('/runs/:run', ({ params }, reply) => found(reply, run(id(params))))
      api.get('/runs/:run/events', ({ params }, reply) => stream(id(params), reply))
      api.get('/plans', ({ query }) =>
        stage.empty
          ? checked('listPlans', { plans: [], next: null })
          : planList((query as { status?: string }).status ?? null),
      )
      api.get('/plans/:id', ({ params }, reply) =>
        found(reply, plan(id(params), role() === 'viewer' ? { samples: null } : {})),
      )
      api.get('/people/:id', ({ params }, reply) =>
        id(params) === 'nobody' ? problem(reply, 404, 'unknown') : person(id(params)),
      )
      api.post('/runs', (_, reply) =>
        reply.code(202).send(checked('startRun', { run: RUNS.dry, joined: false, left_out: [] })),
      )
      api.post('/plans/:id/approve', (_, reply) =>
        reply.code(202).send(checked('approvePlan', { run: RUNS.live, joined: false, left_out: [] })),
      )
      api.post('/plans/:id/reject', ({ params }) =>
        checked('rejectPlan', { plan: id(params), status: 'rejected' }),
      )
      const paused = { since: new Date().toISOString(), by: 'mara', reason: 'an incident' }
      api.post('/pause', () => {
        stage.status = { ...stage.status, paused }
        return checked('pause', { sync: null, paused })
      })
      api.post('/resume', () => {
        stage.status = { ...stage.status, paused: null }
        return checked('resume', { sync: null, paused: null })
      })
      api.post('/syncs/:name/pause', ({ params }) => checked('pauseSync', { sync: id(params), paused }))
    },
    { prefix: '/api/v1' },
  )
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url, stage, posts, close: () => server.close() }
}

function problem(reply: FastifyReply, code: number, detail: string): FastifyReply {
  const about = code === 401 ? 'unauthenticated' : 'not_found'
  return reply
    .code(code)
    .type('application/problem+json')
    .send({
      type: `urn:brazier:problem:${about}`,
      title: about,
      status: code,
      code: about,
      detail,
      hint: null,
    })
}

/** A dry run ends with its plan at once; a run goes on as long as the page is open. */
function stream(id: string, reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
  const progress = {
    run: id,
    stage: 'candidates',
    sync: 'vip',
    done: 1,
    total: 2,
    requests: 0,
    pace: null,
    seconds: 1,
  }
  reply.raw.write(event('progress', progress))
  if (id === RUNS.dry) {
    reply.raw.write(event('run', run(id, { status: 'succeeded', plan: PLANS.made })))
    reply.raw.end()
    return reply
  }
  const sending = {
    ...progress,
    stage: 'send',
    sync: null,
    done: 32_000,
    total: 64_000,
    requests: 427,
    pace: 148,
    seconds: 31,
  }
  // Cut in the middle of an event, as a network may.
  const text = event('progress', sending)
  reply.raw.write(text.slice(0, 40))
  setImmediate(() => reply.raw.write(text.slice(40)))
  return reply
}
