// Decides how log lines look: JSON, one object a line, for machines; short lines for somebody at a terminal.

import { type Level, pino } from 'pino'
import { UsageError } from '../model/errors.ts'
import type { Log, LogFields } from '../model/log.ts'
import { nearest } from '../model/nearest.ts'
import type { Paint } from './paint.ts'

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LEVELS)[number]

const SEVERITIES: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
}

/** Fields that no log line may carry, should one ever be given. */
const SECRET_FIELDS = ['api_key', 'apiKey', 'authorization', 'password', 'url']

export function logLevel(text: string | undefined, verbose: boolean): LogLevel {
  if (text === undefined || text === '') return verbose ? 'debug' : 'info'
  const level = LEVELS.find((known) => known === text.toLowerCase())
  if (level !== undefined) return level
  const close = nearest(text, LEVELS)
  throw new UsageError(`LOG_LEVEL must be one of ${LEVELS.join(', ')}`, {
    ...(close === undefined ? {} : { hint: `Did you mean ${close}?` }),
  })
}

export function jsonLog(level: LogLevel, write: (line: string) => void): Log {
  const logger = pino(
    {
      level,
      // Neither host nor process: whoever collects the lines knows.
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Cloud Logging goes by `severity`, in words of its own.
      formatters: { level: (label) => ({ level: label, severity: SEVERITIES[label] ?? 'DEFAULT' }) },
      redact: { paths: SECRET_FIELDS, censor: '***' },
    },
    { write },
  )
  const say =
    (at: Extract<Level, 'debug' | 'info' | 'warn'>) =>
    (event: string, fields: LogFields = {}) =>
      logger[at](fields, event)
  return { debug: say('debug'), info: say('info'), warn: say('warn') }
}

/** `warning: braze.new_key  origin=… remark=…` */
export function plainLog(level: LogLevel, paint: Paint, write: (line: string) => void): Log {
  const rank = LEVELS.indexOf(level)
  const say =
    (at: 'debug' | 'info' | 'warn', head: string) =>
    (event: string, fields: LogFields = {}) => {
      if (LEVELS.indexOf(at) < rank) return
      const said = Object.entries(fields).flatMap(([name, value]) =>
        value === undefined || value === null
          ? []
          : [`${name}=${SECRET_FIELDS.includes(name) ? '***' : value}`],
      )
      write(`${head}${event}${said.length === 0 ? '' : paint.faint(`  ${said.join(' ')}`)}\n`)
    }
  return {
    debug: say('debug', paint.faint('debug: ')),
    info: say('info', ''),
    warn: say('warn', `${paint.warn('warning:')} `),
  }
}
