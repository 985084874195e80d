// Decides how one SQL file becomes a sync: header cut out and checked, SQL reduced to one statement, defaults filled in.
// A sync comes out whatever is wrong, so that it can still be compared with the others; the problems decide.

import type { Schedule, Sync } from '../model/definition.ts'
import type { Problem } from '../model/errors.ts'
import { type Header, headerSchema } from '../model/header-schema.ts'
import type { RunnableKind } from '../model/words.ts'
import { definitionHash } from './definition-facts.ts'
import { cutHeader } from './header.ts'
import { audienceOptions, propertyOptions, reportForeignKeys } from './kind-options.ts'
import { oneStatement } from './one-statement.ts'
import { type ProblemReport, problemReport } from './problem-report.ts'
import { offsetWithin, parseSchedule, parseTimezone } from './schedule.ts'
import { checkSchema } from './schema-check.ts'
import { selectsStar } from './selects-star.ts'
import { mergeGuards, type SyncDefaults } from './sync-defaults.ts'
import { readYaml, type YamlSource } from './yaml-source.ts'

export interface SqlFile {
  /** Path relative to the project, with forward slashes. */
  readonly file: string
  readonly name: string
  readonly kind: RunnableKind
}

export interface ReadSync {
  readonly sync: Sync
  readonly problems: readonly Problem[]
  /** Line of a key of the header; undefined when it is not there. */
  readonly lineAt: YamlSource['lineAt']
}

const NO_HEADER: YamlSource = { value: undefined, problems: [], lineAt: () => undefined }

function scheduleOf(name: string, { header, defaults, report }: Parts): Schedule {
  const offsetSeconds = offsetWithin(header.jitter ?? defaults.jitterSeconds ?? 0, name)
  const catchUpSeconds = header.catch_up ?? defaults.catchUpSeconds
  return {
    ...timesOf(header, defaults, report),
    ...(offsetSeconds === 0 ? {} : { offsetSeconds }),
    ...(catchUpSeconds === undefined ? {} : { catchUpSeconds }),
  }
}

function timesOf(header: Header, defaults: SyncDefaults, report: ProblemReport): Schedule {
  const timezone = parseTimezone(header.timezone ?? defaults.schedule.timezone)
  if ('flaw' in timezone) report.add(['timezone'], timezone.flaw)
  const zone = 'flaw' in timezone ? 'UTC' : timezone.value
  if (header.schedule === undefined) return { ...defaults.schedule, timezone: zone }
  const schedule = parseSchedule(header.schedule, zone)
  if ('flaw' in schedule) report.add(['schedule'], schedule.flaw)
  return 'flaw' in schedule ? defaults.schedule : schedule.value
}

function optionsOf(
  { kind, name }: SqlFile,
  header: Header,
  report: ProblemReport,
): Pick<Sync, 'audience' | 'properties'> {
  reportForeignKeys(header, kind, report)
  if (kind === 'audience') return { audience: audienceOptions(header, name, report) }
  return { properties: propertyOptions(header, report) }
}

function checkedHeader(source: YamlSource, report: ProblemReport): Header {
  if (source.problems.length > 0) return {}
  const value = source.value ?? {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    report.addPlain([], {
      message: 'the header must hold keys',
      hint: 'Write one a line, without a dash before it, such as schedule: daily at 06:00',
    })
    return {}
  }
  return checkSchema({ schema: headerSchema, value, at: [] }, report) ?? {}
}

interface Parts {
  readonly header: Header
  readonly sql: string
  readonly defaults: SyncDefaults
  readonly report: ProblemReport
}

function assemble(file: SqlFile, parts: Parts): Sync {
  const { header, sql, defaults, report } = parts
  if (header.was === file.name) {
    report.add(['was'], { message: 'is the name that the file has now', hint: 'Remove it.' })
  }
  const sending = {
    kind: file.kind,
    sql,
    createUsers: header.create_users ?? true,
    refreshDays: header.refresh === undefined ? defaults.refreshDays : header.refresh / 86_400,
    badKeys: header.bad_keys ?? 'fail',
    maxAttempts: header.max_attempts ?? defaults.maxAttempts,
    ...optionsOf(file, header, report),
  }
  return {
    ...sending,
    name: file.name,
    file: file.file,
    selectsStar: selectsStar(sql, defaults.language),
    description: header.description?.trim() ?? '',
    tags: header.tags ?? [],
    schedule: scheduleOf(file.name, parts),
    guards: mergeGuards(defaults.guards, header.guards),
    ...(header.was === undefined ? {} : { was: header.was }),
    hash: definitionHash(sending),
  }
}

/** `text` has line feeds only. */
export function readSync(file: SqlFile, text: string, defaults: SyncDefaults): ReadSync {
  const cut = cutHeader(text)
  const yaml = cut.header === undefined ? NO_HEADER : readYaml({ ...cut.header, file: file.file })
  const report = problemReport(file.file, yaml)
  const header = checkedHeader(yaml, report)
  const statement = oneStatement(cut.sql, defaults.language)
  const isBroken = 'flaw' in statement
  const sync = assemble(file, { header, sql: isBroken ? cut.sql : statement.sql, defaults, report })
  // A header without an end is one long comment: what the statement check says of it would only confuse.
  const textFlaws = [...cut.flaws, ...(isBroken && cut.flaws.length === 0 ? [statement] : [])]
  const textProblems = textFlaws.map((found) => ({ file: file.file, line: found.line, ...found.flaw }))
  return { sync, problems: [...report.problems, ...textProblems], lineAt: yaml.lineAt }
}
