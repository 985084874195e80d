// Decides what a warehouse section of type bigquery means: defaults, the path of a key file, and an address that may be
// told a token. Undefined stands for a refused section.

import { resolve } from 'node:path'
import type { Config } from '../model/config-schema.ts'
import type { BigQueryWarehouse } from '../model/definition.ts'
import type { Environment } from './environment.ts'
import { flaw, type Verdict } from './flaw.ts'
import { present } from './present.ts'
import type { ProblemReport } from './problem-report.ts'

type BigQueryConfig = Extract<Config['warehouse'], { type: 'bigquery' }>

const TIB = 1024 ** 4
/** USD, on demand, in the US ("Pricing"); other regions differ. */
const PRICE_PER_TIB = 6.25
const TIMEOUT_SECONDS = 1800
const CONCURRENCY = 8

export function resolveBigquery(
  config: BigQueryConfig,
  { directory, environment, report }: { directory: string; environment: Environment; report: ProblemReport },
): BigQueryWarehouse | undefined {
  const endpoint = endpointOf(config.api_endpoint)
  if ('flaw' in endpoint) report.add(['warehouse', 'api_endpoint'], endpoint.flaw)
  const isSafe = checkVariable(environment, report) && checkKeyFile(config, report)
  if ('flaw' in endpoint || !isSafe) return undefined
  const { credentials_file: keyFile } = config
  return {
    type: 'bigquery',
    project: config.project,
    location: config.location ?? 'US',
    dataset: config.dataset ?? 'brazier',
    maxBytesBilled: config.max_bytes_billed ?? TIB,
    pricePerTib: config.price_per_tib ?? PRICE_PER_TIB,
    timeout: config.timeout ?? TIMEOUT_SECONDS,
    concurrency: config.concurrency ?? CONCURRENCY,
    ...present('defaultDataset', config.default_dataset),
    ...present('credentialsFile', keyFile === undefined ? undefined : resolve(directory, keyFile)),
    ...present('impersonate', config.impersonate),
    ...present('apiEndpoint', endpoint.value),
  }
}

/** A token must not travel in clear, except to an emulator on this machine, which gets one that means nothing. */
function endpointOf(text: string | undefined): Verdict<string | undefined> {
  if (text === undefined) return { value: undefined }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    return flaw('must be an address without a path, such as http://127.0.0.1:9050')
  if (url.protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname))
    return flaw('must be https: only an emulator on this machine is spoken to in clear')
  return { value: url.origin }
}

/** Google's client would follow it past everything that stands in this file. */
function checkVariable(environment: Environment, report: ProblemReport): boolean {
  if (!environment.BIGQUERY_EMULATOR_HOST) return true
  report.addPlain(['warehouse', 'type'], {
    message: 'the variable BIGQUERY_EMULATOR_HOST would send every query elsewhere than this file says',
    hint: 'Unset it. For an emulator write warehouse.api_endpoint: http://127.0.0.1:9050',
  })
  return false
}

function checkKeyFile({ credentials_file: keyFile }: BigQueryConfig, report: ProblemReport): boolean {
  if (keyFile === undefined || !/[{\n]/.test(keyFile)) return true
  report.add(['warehouse', 'credentials_file'], {
    message: 'must be the path of a file, not what is in it',
    hint: 'Keep the key out of this project; better, leave the key out and use Application Default Credentials.',
  })
  return false
}
