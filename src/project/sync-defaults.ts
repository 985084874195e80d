// Decides what a sync falls back to where its header is silent: schedule, guards, refresh, attempts.

import type { Config, GuardsConfig } from '../model/config-schema.ts'
import type { Guards, Schedule } from '../model/definition.ts'
import type { ProblemReport } from './problem-report.ts'
import { parseSchedule, parseTimezone } from './schedule.ts'
import type { SqlLanguage } from './sql-text.ts'

const DAY = 86_400

/** What the headers of SQL files fall back to. */
export interface SyncDefaults {
  readonly schedule: Schedule
  readonly jitterSeconds?: number
  readonly catchUpSeconds?: number | undefined
  readonly guards: Guards
  readonly refreshDays: number
  readonly maxAttempts: number
  /** Of the SQL in the files. */
  readonly language?: SqlLanguage
}

/** The guards of `config`, over those of `base`. */
export function mergeGuards(base: Guards, config: GuardsConfig | undefined): Guards {
  const maxChanges = config?.max_changes ?? base.maxChanges
  return {
    maxRemoves: config?.max_removes ?? base.maxRemoves,
    ...(maxChanges === undefined ? {} : { maxChanges }),
    minRows: config?.min_rows ?? base.minRows,
  }
}

export function resolveDefaults(config: Partial<Config>, report: ProblemReport): SyncDefaults {
  const timezone = parseTimezone(config.defaults?.timezone ?? 'UTC')
  if ('flaw' in timezone) report.add(['defaults', 'timezone'], timezone.flaw)
  const zone = 'flaw' in timezone ? 'UTC' : timezone.value
  const schedule = parseSchedule(config.defaults?.schedule ?? 'hourly', zone)
  if ('flaw' in schedule) report.add(['defaults', 'schedule'], schedule.flaw)
  return {
    schedule: 'flaw' in schedule ? { text: 'hourly', cron: '0 * * * *', timezone: zone } : schedule.value,
    jitterSeconds: config.defaults?.jitter ?? 0,
    catchUpSeconds: config.defaults?.catch_up,
    guards: mergeGuards({ maxRemoves: { unit: 'share', share: 0.2 }, minRows: 1 }, config.guards),
    refreshDays: (config.refresh ?? 30 * DAY) / DAY,
    maxAttempts: config.braze?.max_attempts ?? 5,
  }
}
