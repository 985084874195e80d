// Decides what those who look after processes are told: whether it lives, whether it can do its work, and its numbers.

import type { FastifyInstance } from 'fastify'
import type { House } from '../house.ts'
import type { Metrics } from '../metrics.ts'
import type { Scheduler } from '../schedule.ts'

export interface ProbeSources {
  readonly house: House
  readonly scheduler: Scheduler
  readonly metrics: Metrics
}

/** Three ticks: the clock of the schedules stands still. */
const STALE_TICK_MS = 180_000
const FRESH_MS = 2_000

export function bindProbes(server: FastifyInstance, { house, scheduler, metrics }: ProbeSources): void {
  const ledgerAnswers = sharedCheck(house)
  server.get('/livez', async () => ({ status: 'ok' }))
  server.get('/readyz', async (_request, reply) => {
    const ticked = scheduler.lastTick()
    const checks = {
      ledger: await ledgerAnswers(),
      scheduler: ticked !== undefined && house.monotonic() - ticked < STALE_TICK_MS,
      running: !house.stop.aborted,
    }
    const isReady = Object.values(checks).every((check) => check)
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'not ready', checks })
  })
  server.get('/metrics', { config: { role: 'viewer' } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    metrics.answered({ route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 })
  })
}

/** Anybody may ask, so one question to the ledger stands for all within two seconds. */
function sharedCheck(house: House): () => Promise<boolean> {
  let last: { readonly at: number; readonly found: Promise<boolean> } | undefined
  return () => {
    const at = house.monotonic()
    if (last === undefined || at - last.at > FRESH_MS) {
      const found = house
        .look(({ dialect, session }) =>
          session.rows(`select 1 as ok from ${dialect.table('lease')} where 1 = 0`),
        )
        .then(
          () => true,
          () => false,
        )
      last = { at, found }
    }
    return last.found
  }
}
