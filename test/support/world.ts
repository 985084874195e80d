// Decides how a test runs Brazier as a whole, in this process: a project on disk, a warehouse to change, a sandbox in the
// place of Braze, and the final profiles to look at. All of it is gone after the test, or after the file if it was made
// outside a test.

import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, onTestFinished } from 'vitest'
import { openBraze } from '../../src/braze/client.ts'
import type { Project } from '../../src/model/definition.ts'
import type { Log, LogFields } from '../../src/model/log.ts'
import { loadProject } from '../../src/project/load-project.ts'
import { lastSlot } from '../../src/project/schedule.ts'
import { selectSyncs } from '../../src/project/select-syncs.ts'
import { applyPlan } from '../../src/run/apply-plan.ts'
import type { Progress, RunDeps } from '../../src/run/context.ts'
import { slotsNow } from '../../src/run/due.ts'
import { makePlan, type PlanReport } from '../../src/run/make-plan.ts'
import type { RunReport } from '../../src/run/report.ts'
import { retireSync } from '../../src/run/retire.ts'
import { runSyncs } from '../../src/run/run.ts'
import type { SandboxOptions } from '../../src/sandbox/options.ts'
import type { SandboxProfile } from '../../src/sandbox/profile.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { openDatabases } from '../../src/warehouse/open.ts'
import { type LedgerRow, openShop, type Shop, type WorldKind } from './shop.ts'

export type { LedgerRow, WorldKind } from './shop.ts'

export interface WorldOptions {
  readonly on: WorldKind
  /** Text by path, such as `sql/audiences/vip.sql`. */
  readonly syncs: Readonly<Record<string, string>>
  /** Sections of config/brazier.yaml; keys of ours within a section stay unless named. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Statements that fill the warehouse. */
  readonly data?: readonly string[]
  readonly sandbox?: SandboxOptions
}

/** How a single run may differ from the usual one. */
export interface RunOptions {
  readonly stop?: AbortSignal
  readonly now?: () => Date
  readonly monotonic?: () => number
  readonly waitSeconds?: number
  readonly progress?: (progress: Progress) => void
  readonly env?: Readonly<Record<string, string>>
}

/** What Braze holds of each person: attribute (or field) to its exact JSON text. */
export type People = Record<string, Record<string, string>>

export interface World {
  readonly directory: string
  readonly sandbox: Sandbox
  /** Everything that the runs logged, newest last. */
  readonly log: readonly { level: 'debug' | 'info' | 'warn'; event: string; fields: LogFields | undefined }[]
  /** Changes the warehouse, between runs. */
  sql(...statements: string[]): Promise<void>
  /** Looks at the ledger, or ages it, between runs. Tables need no schema in front. */
  ledger(sql: string): Promise<LedgerRow[]>
  write(path: string, text: string): Promise<void>
  remove(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Writes config/brazier.yaml anew, with these sections over the usual ones. */
  configure(config: Readonly<Record<string, unknown>>): Promise<void>
  sync(names?: readonly string[], options?: RunOptions): Promise<RunReport>
  resync(names: readonly string[], options?: RunOptions): Promise<RunReport>
  plan(names?: readonly string[], options?: RunOptions): Promise<PlanReport>
  apply(plan: string, options?: RunOptions): Promise<RunReport>
  retire(name: string, options?: RunOptions): Promise<RunReport>
  /** Loads the project, opens its databases, works, closes them: what every command does. */
  run<T>(work: (deps: RunDeps) => Promise<T>, options?: RunOptions): Promise<T>
  /** People by external id, else by `label:name` of the alias, else by e-mail address, phone or braze id. */
  profiles(): People
  close(): Promise<void>
}

const open = new Set<() => Promise<void>>()

// Registered when a test file imports this, since a hook cannot register another one.
afterAll(async () => {
  for (const close of open) await close()
})

export async function makeWorld(options: WorldOptions): Promise<World> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'brazier-world-')))
  const sandbox = await startSandbox({ rateLimit: false, ...options.sandbox })
  const shop = await openShop(options.on, directory)
  const close = once(async () => {
    open.delete(close)
    await sandbox.close()
    await shop.close()
    await rm(directory, { recursive: true, force: true })
  })
  open.add(close)
  closeWithTest(close)
  const world = worldOf({ directory, sandbox, shop, close })
  await mkdir(join(directory, 'sql'))
  await world.configure(options.config ?? {})
  for (const [path, text] of Object.entries(options.syncs)) await world.write(path, text)
  await world.sql(...(options.data ?? []))
  return world
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

/** Outside a test (in beforeAll) there is none to end; the world then lives as long as the file. */
function closeWithTest(close: () => Promise<void>): void {
  try {
    onTestFinished(close)
  } catch {
    // The file's afterAll closes it.
  }
}

interface Parts {
  readonly directory: string
  readonly sandbox: Sandbox
  readonly shop: Shop
  readonly close: () => Promise<void>
}

function worldOf({ directory, sandbox, shop, close }: Parts): World {
  const log: World['log'][number][] = []
  const at = (path: string) => join(directory, path)
  const write = async (path: string, text: string) => {
    await mkdir(dirname(at(path)), { recursive: true })
    await writeFile(at(path), text)
  }
  const run: World['run'] = async (work, options = {}) => {
    const env = { BRAZE_API_KEY: 'sandbox-key', ...options.env }
    const project = await loadProject({ directory, env, requireApiKey: true })
    const databases = await openDatabases(project)
    try {
      return await work(depsOf(project, { databases, log: keptLog(log), options }))
    } finally {
      await databases.close()
    }
  }
  const send = (command: 'sync' | 'resync', names: readonly string[], options: RunOptions = {}) =>
    run(async (deps) => {
      const syncs = selectSyncs(deps.project.syncs, names)
      const now = deps.now()
      const slots = slotsNow(syncs, (schedule) => lastSlot(schedule, now))
      return runSyncs(deps, { syncs, command, waitSeconds: options.waitSeconds ?? 0, slots })
    }, options)
  return {
    directory,
    sandbox,
    log,
    sql: (...statements) => shop.change(statements),
    ledger: (sql) => shop.ledger(sql),
    write,
    remove: (path) => rm(at(path)),
    rename: async (from, to) => {
      await mkdir(dirname(at(to)), { recursive: true })
      await rename(at(from), at(to))
    },
    configure: (config) => write('config/brazier.yaml', configText(config, { shop, sandbox })),
    sync: (names = [], options) => send('sync', names, options),
    resync: (names, options) => send('resync', names, options),
    plan: (names = [], options) =>
      run((deps) => makePlan(deps, { syncs: selectSyncs(deps.project.syncs, names), samples: 0 }), options),
    apply: (plan, options = {}) =>
      run((deps) => applyPlan(deps, { plan, waitSeconds: options.waitSeconds ?? 0 }), options),
    retire: (name, options = {}) =>
      run((deps) => retireSync(deps, { name, waitSeconds: options.waitSeconds ?? 0 }), options),
    run,
    profiles: () =>
      Object.fromEntries(sandbox.profiles().map((profile) => [nameOf(profile), heldBy(profile)])),
    close,
  }
}

/** For the way to Braze, time goes faster: pauses between tries would make up most of a test. */
const SPEED = 20
const HASTE = {
  now: () => performance.now() * SPEED,
  sleep: async (ms: number, signal: AbortSignal) => {
    const until = performance.now() + ms / SPEED
    while (performance.now() < until) await sleep(Math.ceil(until - performance.now()), undefined, { signal })
  },
}

function depsOf(
  project: Project,
  { databases, log, options }: { databases: RunDeps['databases']; log: Log; options: RunOptions },
): RunDeps {
  return {
    project,
    databases,
    openBraze: async () => openBraze(project.braze, { log, version: 'test', ...HASTE }),
    log,
    now: options.now ?? (() => new Date()),
    monotonic: options.monotonic ?? (() => performance.now()),
    stop: options.stop ?? new AbortController().signal,
    progress: options.progress ?? (() => undefined),
    place: 'a test',
  }
}

function keptLog(kept: World['log'][number][]): Log {
  const keep = (level: 'debug' | 'info' | 'warn') => (event: string, fields?: LogFields) =>
    void kept.push({ level, event, fields })
  return { debug: keep('debug'), info: keep('info'), warn: keep('warn') }
}

/** JSON is YAML too. */
function configText(
  config: Readonly<Record<string, unknown>>,
  { shop, sandbox }: Pick<Parts, 'shop' | 'sandbox'>,
): string {
  const usual: Record<string, unknown> = {
    name: 'shop',
    ...shop.config,
    braze: {
      endpoint: sandbox.url,
      api_key: `\${BRAZE_API_KEY}`,
      requests_per_second: 1000,
      give_up_after: '20s',
    },
  }
  const sections = Object.entries(config).map(([name, given]) => [name, merged(usual[name], given)])
  return JSON.stringify({ ...usual, ...Object.fromEntries(sections) }, null, 2)
}

const merged = (usual: unknown, given: unknown): unknown =>
  isSection(usual) && isSection(given) ? { ...usual, ...given } : given

const isSection = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function nameOf({ externalId, aliases, fields, brazeId }: SandboxProfile): string {
  const [alias] = aliases
  if (externalId !== undefined) return externalId
  if (alias !== undefined) return `${alias.label}:${alias.name}`
  return String(fields.email ?? fields.phone ?? brazeId)
}

function heldBy({ fields, rawAttributes }: SandboxProfile): Record<string, string> {
  const standard = Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)])
  return { ...Object.fromEntries(standard), ...rawAttributes }
}
