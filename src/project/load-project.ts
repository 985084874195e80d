// Decides how a project folder becomes a checked Project: configuration, SQL files and environment in, every problem at
// once with file and line. Reads files; touches no database.

import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Project, Sync } from '../model/definition.ts'
import { type Problem, ProjectError } from '../model/errors.ts'
import { CONFIG_FILE, readConfig, type Settings } from './config.ts'
import { attributeConflicts, formerNameConflicts } from './conflicts.ts'
import type { Environment } from './environment.ts'
import { findSqlFiles } from './find-sql-files.ts'
import { present } from './present.ts'
import { shortestIntervalSeconds } from './schedule.ts'
import { placeSqlFiles } from './sql-files.ts'
import type { SyncDefaults } from './sync-defaults.ts'
import { type ReadSync, readSync, type SqlFile } from './sync-definition.ts'

export interface LoadOptions {
  /** The project's folder. */
  readonly directory: string
  readonly env: Environment
  /** False for commands that never talk to Braze. */
  readonly requireApiKey: boolean
}

/** Of the shortest interval, so that a run is over before the next is due. */
const SHARE_OF_INTERVAL = 0.8

type FileText = { readonly text: string } | { readonly problem: Problem }

/** A file's text with line feeds only, and without a byte order mark. */
async function readText(directory: string, file: string): Promise<FileText> {
  let bytes: Buffer
  try {
    bytes = await readFile(join(directory, file))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { problem: { file, message: `cannot be read${code}` } }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n')
    if (!text.includes('\0')) return { text }
  } catch {
    // Falls through: not UTF-8.
  }
  return { problem: { file, message: 'is not a text in UTF-8', hint: 'Save it again as UTF-8.' } }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function refuseWithoutConfig(directory: string): Promise<void> {
  if (await exists(join(directory, CONFIG_FILE))) return
  const isYml = await exists(join(directory, 'config/brazier.yml'))
  const hint = isYml
    ? 'Rename config/brazier.yml to brazier.yaml.'
    : 'Make a new project with `brazier init`.'
  throw new ProjectError([{ file: CONFIG_FILE, message: `there is no such file in ${directory}`, hint }])
}

interface ReadFiles {
  readonly reads: readonly ReadSync[]
  readonly problems: readonly Problem[]
}

async function readOne(
  directory: string,
  file: SqlFile,
  defaults: SyncDefaults,
): Promise<ReadSync | Problem> {
  const found = await readText(directory, file.file)
  return 'problem' in found ? found.problem : readSync(file, found.text, defaults)
}

async function readSyncs(directory: string, defaults: SyncDefaults): Promise<ReadFiles> {
  const found = await findSqlFiles(directory)
  const placed = placeSqlFiles(found.paths)
  const results = await Promise.all(placed.files.map((file) => readOne(directory, file, defaults)))
  const reads = results.flatMap((result) => ('sync' in result ? [result] : []))
  const unread = results.flatMap((result) => ('sync' in result ? [] : [result]))
  const livingFiles = new Map(placed.files.map((file) => [file.name, file.file]))
  const problems = [
    ...found.problems,
    ...placed.problems,
    ...unread,
    ...reads.flatMap((read) => read.problems),
    ...attributeConflicts(reads),
    ...formerNameConflicts(reads, livingFiles),
  ]
  return { reads, problems }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  const rank = (problem: Problem) => (problem.file === CONFIG_FILE ? 0 : 1)
  return [...problems].sort(
    (a, b) =>
      rank(a) - rank(b) || (a.file < b.file ? -1 : Number(a.file > b.file)) || (a.line ?? 0) - (b.line ?? 0),
  )
}

function maxDuration(settings: Settings, syncs: readonly Sync[]): number {
  const schedules = syncs.length === 0 ? [settings.defaults.schedule] : syncs.map((sync) => sync.schedule)
  const shortest = shortestIntervalSeconds(schedules) ?? 3600
  return settings.maxDurationSeconds ?? Math.floor(shortest * SHARE_OF_INTERVAL)
}

/** Rejects with ProjectError, which lists every problem of the configuration and of all SQL files. */
export async function loadProject({ directory, env, requireApiKey }: LoadOptions): Promise<Project> {
  const root = resolve(directory)
  await refuseWithoutConfig(root)
  const config = await readText(root, CONFIG_FILE)
  if ('problem' in config) throw new ProjectError([config.problem])
  const { settings, problems } = readConfig({
    text: config.text,
    directory: root,
    environment: env,
    requireApiKey,
  })
  const { warehouse, store, braze } = settings
  const language = warehouse?.type === 'bigquery' ? 'googlesql' : 'standard'
  const files = await readSyncs(root, { ...settings.defaults, language })
  const all = inOrder([...problems, ...files.problems])
  if (all.length > 0 || warehouse === undefined || store === undefined || braze === undefined)
    throw new ProjectError(all)
  const syncs = files.reads.map((read) => read.sync).sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    name: settings.name,
    directory: root,
    warehouse,
    store,
    braze,
    maxDurationSeconds: maxDuration(settings, syncs),
    planExpireHours: settings.planExpireHours,
    historyDays: settings.historyDays,
    service: settings.service,
    ...present('alerts', settings.alerts),
    syncs,
  }
}
