// Decides where OpenLineage events go, by the variables that its other clients know. Pure.

import type { LineageSettings } from '../lineage/lineage.ts'
import type { Project } from '../model/definition.ts'
import { UsageError } from '../model/errors.ts'

const USUAL_PATH = 'api/v1/lineage'

/** Undefined when nobody asked for events. */
export function lineageSettings(
  env: Readonly<Record<string, string | undefined>>,
  project: Pick<Project, 'name' | 'braze'>,
  version: string,
): LineageSettings | undefined {
  const { OPENLINEAGE_URL: base = '', OPENLINEAGE_API_KEY: apiKey = '' } = env
  if (base === '' || env.OPENLINEAGE_DISABLED?.toLowerCase() === 'true') return undefined
  const url = URL.parse(`${base.replace(/\/+$/, '')}/${env.OPENLINEAGE_ENDPOINT || USUAL_PATH}`)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('OPENLINEAGE_URL must be an address such as http://marquez:5000')
  const parent = parentOf(env.OPENLINEAGE_PARENT_ID)
  return {
    url: url.href,
    ...(apiKey === '' ? {} : { apiKey }),
    namespace: env.OPENLINEAGE_NAMESPACE || 'brazier',
    project: project.name,
    workspace: project.braze.workspace,
    endpoint: project.braze.endpoint,
    version,
    ...(parent === undefined ? {} : { parent }),
  }
}

/** `namespace/name/run id`, as Airflow's macro `lineage_parent_id` writes it; another form is no reason to run less. */
function parentOf(text: string | undefined): LineageSettings['parent'] {
  const [, namespace, name, runId] = /^([^/]+)\/(.+)\/([0-9a-f-]{36})$/.exec(text ?? '') ?? []
  if (namespace === undefined || name === undefined || runId === undefined) return undefined
  return { namespace, name, runId }
}
