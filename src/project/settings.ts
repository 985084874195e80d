// Decides what the warehouse and braze sections of config/brazier.yaml mean once their forms are checked: defaults
// filled in, paths made absolute, addresses and keys judged. Undefined stands for a refused section.

import { resolve } from 'node:path'
import type { Config } from '../model/config-schema.ts'
import type { BrazeSettings, WarehouseSettings } from '../model/definition.ts'
import { MAX_OBJECTS_PER_REQUEST } from '../model/limits.ts'
import { resolveBigquery } from './bigquery-settings.ts'
import { checkEndpoint } from './braze-endpoint.ts'
import type { Environment } from './environment.ts'
import { present } from './present.ts'
import type { ProblemReport } from './problem-report.ts'

const DEFAULT_STATEMENT_TIMEOUT = 1800
/** Visible ASCII without quotation marks: quotes around a key are a 401 at Braze. */
const KEY_SIGNS = /^[!#-&(-~]+$/

export interface Resolving {
  readonly directory: string
  readonly environment: Environment
  readonly report: ProblemReport
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)
}

export function resolveWarehouse(
  config: Config['warehouse'],
  resolving: Resolving,
): WarehouseSettings | undefined {
  const { directory, report } = resolving
  if (config.type === 'bigquery') return resolveBigquery(config, resolving)
  if (config.type === 'duckdb') {
    const path = config.path === undefined ? undefined : resolve(directory, config.path)
    return { type: 'duckdb', init: config.init ?? [], ...present('path', path) }
  }
  if (!isPostgresUrl(config.url)) {
    const hint = 'Signs such as @ : / # % in a password are written as %40 %3A %2F %23 %25.'
    report.add(['warehouse', 'url'], {
      message: 'must be like postgres://user:password@host:5432/database',
      hint,
    })
    return undefined
  }
  const statementTimeout = config.statement_timeout ?? DEFAULT_STATEMENT_TIMEOUT
  return { type: 'postgres', url: config.url, statementTimeout, ...present('schema', config.schema) }
}

function checkApiKey(apiKey: string | undefined, requireApiKey: boolean, report: ProblemReport): void {
  const path = ['braze', 'api_key']
  if (apiKey === undefined && requireApiKey) {
    report.add(path, {
      message: 'is missing',
      hint: `Write api_key: \${BRAZE_API_KEY} and set that variable.`,
    })
  }
  if (apiKey !== undefined && !KEY_SIGNS.test(apiKey)) {
    const message = 'holds a blank, a quotation mark or a sign that no key has'
    report.add(path, {
      message,
      hint: 'Copy the key alone, without quotes around it and without a line break.',
    })
  }
}

export function resolveBraze(
  config: Config['braze'],
  requireApiKey: boolean,
  report: ProblemReport,
): BrazeSettings | undefined {
  checkApiKey(config.api_key, requireApiKey, report)
  const endpoint = checkEndpoint(config.endpoint, config.allow_any_host ?? false)
  if ('flaw' in endpoint) {
    report.add(['braze', 'endpoint'], endpoint.flaw)
    return undefined
  }
  const requestsPerSecond = config.requests_per_second ?? 200
  return {
    endpoint: endpoint.value,
    ...present('apiKey', config.api_key),
    workspace: config.workspace ?? 'production',
    requestsPerSecond,
    reserve: config.reserve ?? 0.2,
    objectsPerRequest: config.objects_per_request ?? MAX_OBJECTS_PER_REQUEST,
    requestTimeoutSeconds: config.request_timeout ?? 30,
    giveUpAfterSeconds: config.give_up_after ?? 600,
    // Connections needed are rate times latency; a quarter of a second covers Braze's slower answers.
    maxConnections: config.max_connections ?? Math.max(8, Math.ceil(requestsPerSecond / 4)),
  }
}
