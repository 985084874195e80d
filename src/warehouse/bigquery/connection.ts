// Decides as whom we speak to BigQuery, and to which address: Application Default Credentials, a key file, or a service
// account that either of them may act as. An emulator on this machine gets a token that means nothing.

import { readFile } from 'node:fs/promises'
import { BigQuery, type BigQueryOptions } from '@google-cloud/bigquery'
import { type AuthClient, GoogleAuth, Impersonated, JWT, OAuth2Client } from 'google-auth-library'
import { z } from 'zod'
import { faultOf, JobError } from './job-error.ts'
import type { BigQuerySettings } from './jobs.ts'

const SCOPES = ['https://www.googleapis.com/auth/bigquery']
/** What one exchange may take; a wait for results is cut to 10 seconds by the server. */
const REQUEST_TIMEOUT_MS = 90_000
/** Seconds that an impersonated token lives; the client renews it. */
const TOKEN_SECONDS = 3600

/** @throws JobError `unauthenticated` when there are no credentials, or they are not good. */
export async function connect(settings: BigQuerySettings): Promise<BigQuery> {
  const { project, apiEndpoint } = settings
  const options: BigQueryOptions & { timeout: number } = {
    projectId: project,
    authClient: await credentials(settings),
    ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
    timeout: REQUEST_TIMEOUT_MS,
    userAgent: 'brazier',
    // Who knows the job id decides what is sent again.
    autoRetry: false,
  }
  return new BigQuery(options)
}

async function credentials(settings: BigQuerySettings): Promise<AuthClient> {
  const { apiEndpoint, credentialsFile, impersonate } = settings
  if (apiEndpoint !== undefined && isLoopback(apiEndpoint)) return anonymous()
  try {
    const own = credentialsFile === undefined ? await found(settings.project) : await ofFile(credentialsFile)
    const client = impersonate === undefined ? own : impersonated(own, impersonate)
    // The client would send a request without a token, and blame BigQuery for the answer.
    await client.getAccessToken()
    return client
  } catch (thrown) {
    throw new JobError({ reason: 'unauthenticated', message: faultOf(thrown).message })
  }
}

/** Application Default Credentials. */
const found = (projectId: string): Promise<AuthClient> =>
  new GoogleAuth({ scopes: SCOPES, projectId }).getClient()

/** No word of the file may reach a message. */
async function ofFile(path: string): Promise<AuthClient> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) throw new Error('the file of warehouse.credentials_file cannot be read')
  const key = keySchema.safeParse(parsed(text))
  if (key.success) {
    const { client_email: email, private_key: secret, private_key_id: keyId } = key.data
    return new JWT({ email, key: secret, scopes: SCOPES, ...(keyId === undefined ? {} : { keyId }) })
  }
  throw new Error(
    'the file of warehouse.credentials_file is no key of a service account; other credentials are found by themselves when GOOGLE_APPLICATION_CREDENTIALS names their file',
  )
}

const keySchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function impersonated(sourceClient: AuthClient, targetPrincipal: string): AuthClient {
  return new Impersonated({ sourceClient, targetPrincipal, targetScopes: SCOPES, lifetime: TOKEN_SECONDS })
}

/** With a client of ours the library looks for no other credentials, and for no metadata server. */
function anonymous(): AuthClient {
  const client = new OAuth2Client()
  client.setCredentials({ access_token: 'emulator' })
  return client
}

function isLoopback(address: string): boolean {
  return URL.canParse(address) && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(address).hostname)
}
