// Decides how the service begins and ends: project and databases first, then the queue, the schedules and the door; and on
// the way out the door first, so that nobody is told of a run that will not be.

import type { FastifyInstance } from 'fastify'
import { migrate } from '../ledger/open.ts'
import { UsageError } from '../model/errors.ts'
import { pauseAnswers } from './answers/pauses.ts'
import { peopleAnswers } from './answers/people.ts'
import { planAnswers } from './answers/plans.ts'
import { runAnswers, runDetail } from './answers/runs.ts'
import { shareStanding } from './answers/standing.ts'
import { statusAnswers } from './answers/status.ts'
import { syncAnswers } from './answers/syncs.ts'
import type { Ended } from './carry-out.ts'
import { holdDatabases } from './databases.ts'
import { type House, houseOf, type Surroundings } from './house.ts'
import { isLoopback } from './http/auth.ts'
import { type Answers, bindRoutes } from './http/bind.ts'
import { openFollowing } from './http/events.ts'
import { bindProbes } from './http/probes.ts'
import { openServer } from './http/server.ts'
import { openProject } from './living-project.ts'
import { openMetrics } from './metrics.ts'
import { openRunner, type Runner } from './runner.ts'
import { openScheduler, type Scheduler } from './schedule.ts'

export interface StartOptions extends Surroundings {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Told of every run of this process that ended. */
  readonly onEnd?: (ended: Ended) => void
  /** After each run and each look at the schedules: for those who watch how things stand. Never fails. */
  readonly onLook?: (house: House) => Promise<void>
  /** Further paths, such as the pages of the dashboard. */
  readonly pages?: (server: FastifyInstance) => void
}

export interface Service {
  readonly url: string
  /** No token is configured. */
  readonly open: boolean
  /** Looks for what is due, as it does every minute. */
  tick(): Promise<void>
  /** Resolves once the run under way is settled and everything is closed. Abort `stop` first. */
  close(): Promise<void>
}

export async function startService(options: StartOptions): Promise<Service> {
  const project = await openProject(options.load, options.log)
  const open = project.current().service.tokens.length === 0
  refuseOpenDoor(open, options.host)
  const databases = await holdDatabases(project.current())
  try {
    const house = houseOf(options, { project, databases })
    await makeLedger(house)
    return await openHouse(house, options, open)
  } catch (error) {
    await databases.close()
    throw error
  }
}

function refuseOpenDoor(open: boolean, host: string): void {
  if (!open || isLoopback(host)) return
  throw new UsageError(`without tokens the service listens on this machine only, not on ${host}`, {
    hint: 'Put a token into service.tokens of config/brazier.yaml: `brazier token NAME` makes one.',
  })
}

/** Those who look must find the tables, also before the first run. */
async function makeLedger(house: House): Promise<void> {
  await house.databases.forRun(({ store }) => store.makeSchema())
  await house.look(migrate)
}

async function openHouse(house: House, options: StartOptions, open: boolean): Promise<Service> {
  const standing = shareStanding(house)
  const runner = await openRunner(house, (ended) => {
    standing.forget()
    metrics.runEnded(ended)
    options.onEnd?.(ended)
    void options.onLook?.(house)
  })
  const metrics = openMetrics({ runner, standing, now: house.now })
  const scheduler = openScheduler(house, runner, async () => options.onLook?.(house))
  const server = openServer(house, open)
  const read = (run: string) => runDetail(house, runner, run)
  const follow = openFollowing({ house, runner, read })
  const answers: Answers = {
    ...statusAnswers(house, { runner, standing, open }),
    ...runAnswers(house, runner),
    followRun: async ({ params, raw }) => {
      await follow(params.run, raw)
      return undefined
    },
    ...syncAnswers(house, standing),
    ...planAnswers(house, runner),
    ...pauseAnswers(house, { runner, standing }),
    ...peopleAnswers(house),
  }
  bindRoutes(server, answers)
  bindProbes(server, { house, scheduler, metrics })
  options.pages?.(server)
  try {
    const url = await server.listen({ host: options.host, port: options.port })
    void scheduler.tick()
    return { url, open, tick: scheduler.tick, close: () => shut({ server, scheduler, runner, house }) }
  } catch (error) {
    await shut({ server, scheduler, runner, house })
    throw listening(error, options)
  }
}

interface Open {
  readonly server: FastifyInstance
  readonly scheduler: Scheduler
  readonly runner: Runner
  readonly house: House
}

async function shut({ server, scheduler, runner, house }: Open): Promise<void> {
  await server.close()
  await scheduler.stop()
  await runner.finished()
  await house.databases.close()
}

function listening(error: unknown, { host, port }: StartOptions): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new UsageError(`port ${port} of ${host} is taken by another process`, {
      hint: 'Give another --port.',
    })
  return code === 'EACCES' ? new UsageError(`port ${port} may not be opened by this user`) : error
}
