// Decides how config/brazier.yaml becomes settings: parsed, filled from the environment, checked section by section so
// that one bad section does not hide another, and given its defaults.

import { basename } from 'node:path'
import type { AlertSettings } from '../model/alert-settings.ts'
import { type Config, configSchema } from '../model/config-schema.ts'
import type { BrazeSettings, ServiceSettings, StoreSettings, WarehouseSettings } from '../model/definition.ts'
import type { Problem } from '../model/errors.ts'
import { resolveAlerts } from './alert-settings.ts'
import { type Environment, fillFromEnvironment } from './environment.ts'
import { type ProblemReport, problemReport } from './problem-report.ts'
import { checkSchema, reportUnknownKey } from './schema-check.ts'
import { resolveService } from './service-settings.ts'
import { resolveBraze, resolveWarehouse } from './settings.ts'
import { resolveStore } from './store-settings.ts'
import { resolveDefaults, type SyncDefaults } from './sync-defaults.ts'
import { type Path, readYaml } from './yaml-source.ts'

export const CONFIG_FILE = 'config/brazier.yaml'

const DAY = 86_400

export interface Settings {
  readonly name: string
  readonly warehouse: WarehouseSettings | undefined
  readonly store: StoreSettings | undefined
  readonly braze: BrazeSettings | undefined
  readonly defaults: SyncDefaults
  readonly maxDurationSeconds: number | undefined
  readonly planExpireHours: number
  readonly historyDays: number
  readonly service: ServiceSettings
  readonly alerts: AlertSettings | undefined
}

export interface ConfigSource {
  readonly text: string
  /** Absolute path of the project. */
  readonly directory: string
  readonly environment: Environment
  readonly requireApiKey: boolean
}

/** The folder's name as a project's name. */
export function projectNameOf(directory: string): string {
  const name = basename(directory)
    // An accent apart from its letter is no letter, and goes.
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40)
  return name === '' ? 'project' : name
}

/** Text that a template asks to be replaced, such as `<your key>`. */
function isPlaceholder(text: string): boolean {
  return /^<[^<>]*>$/.test(text.trim()) || (/^[a-z]+:\/\//i.test(text) && /<[^<>]*>/.test(text))
}

function reportPlaceholders(value: unknown, path: Path, report: ProblemReport): void {
  if (typeof value === 'string' && isPlaceholder(value)) {
    report.add(path, { message: 'still holds a placeholder', hint: 'Put the real value in place of <…>.' })
    report.silence(path)
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) reportPlaceholders(inner, [...path, key], report)
}

function filledValue(
  { environment, requireApiKey }: ConfigSource,
  value: unknown,
  report: ProblemReport,
): unknown {
  const filled = fillFromEnvironment(value ?? {}, environment)
  for (const gap of filled.gaps) {
    // What only a run that sends needs: the key, and whom to tell.
    const isForSending = gap.path.join('.') === 'braze.api_key' || gap.path[0] === 'alerts'
    if (requireApiKey || !isForSending) report.add(gap.path, gap)
    report.silence(gap.path)
  }
  return filled.value
}

/** Sections that no project can do without. */
const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['warehouse', `warehouse: { type: postgres, url: "\${WAREHOUSE_URL}" }`],
  ['braze', `braze: { endpoint: "https://rest.fra-01.braze.eu", api_key: "\${BRAZE_API_KEY}" }`],
])

/** Every section by itself; a section that is refused is absent. */
function checkSections(value: unknown, report: ProblemReport): Partial<Config> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report.add([], { message: 'must hold keys such as warehouse and braze' })
    return {}
  }
  const given: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(value))
  const known = Object.keys(configSchema.shape)
  for (const key of Object.keys(given)) if (!known.includes(key)) reportUnknownKey([key], known, report)
  const sections = Object.entries(configSchema.shape).map(([key, schema]) => {
    const example = given[key] === undefined ? EXAMPLES.get(key) : undefined
    if (example === undefined) return [key, checkSchema({ schema, value: given[key], at: [key] }, report)]
    report.add([key], { message: 'is missing', hint: `For example: ${example}` })
    return [key, undefined]
  })
  return Object.fromEntries(sections.filter(([, section]) => section !== undefined))
}

export function readConfig(source: ConfigSource): { settings: Settings; problems: readonly Problem[] } {
  const { directory } = source
  const yaml = readYaml({ text: source.text, file: CONFIG_FILE, firstLine: 1 })
  const report = problemReport(CONFIG_FILE, yaml)
  const isReadable = yaml.problems.length === 0
  const value = isReadable ? filledValue(source, yaml.value, report) : undefined
  reportPlaceholders(value, [], report)
  const config = isReadable ? checkSections(value, report) : {}
  const resolving = { directory, environment: source.environment, report }
  const warehouse = config.warehouse && resolveWarehouse(config.warehouse, resolving)
  const settings: Settings = {
    name: config.name ?? projectNameOf(directory),
    warehouse,
    store: warehouse && resolveStore(config.store ?? {}, warehouse, resolving),
    braze: config.braze && resolveBraze(config.braze, source.requireApiKey, report),
    defaults: resolveDefaults(config, report),
    maxDurationSeconds: config.max_duration,
    planExpireHours: (config.plans?.expire_after ?? DAY) / 3600,
    historyDays: (config.history?.keep ?? 90 * DAY) / DAY,
    service: resolveService(config.service, report),
    alerts: resolveAlerts(config.alerts, report),
  }
  return { settings, problems: report.problems }
}
