// Decides what an OpenLineage event says of a sync: its SQL, the Braze that it writes, how it ended. Pure. The warehouse's
// tables are not named: whoever receives the SQL finds them in it.

import type { SyncReport } from '../ledger/runs.ts'

export interface Job {
  /** Of the run of this one sync, a UUID. */
  readonly runId: string
  readonly sync: string
  readonly sql: string | undefined
}

export interface Parent {
  readonly namespace: string
  readonly name: string
  readonly runId: string
}

export interface Scene {
  readonly namespace: string
  readonly project: string
  readonly workspace: string
  /** Origin of the Braze. */
  readonly endpoint: string
  readonly version: string
  /** The task of another scheduler that started us. */
  readonly parent?: Parent
}

const SPEC = 'https://openlineage.io/spec'

export type EventType = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT'

/** A held sync sent nothing, by decision; a skipped one never began. */
export function endOf({ status }: Pick<SyncReport, 'status'>): EventType {
  if (status === 'failed') return 'FAIL'
  return status === 'held' || status === 'skipped' ? 'ABORT' : 'COMPLETE'
}

export function startEvent(job: Job, scene: Scene, at: string): unknown {
  return eventOf(job, scene, { type: 'START', at, runFacets: {}, outputFacets: {} })
}

export function endEvent(
  job: Job,
  scene: Scene,
  { at, report }: { at: string; report: SyncReport },
): unknown {
  const message = report.error ?? (report.heldBy.length === 0 ? undefined : report.heldBy.join('; '))
  const runFacets =
    message === undefined
      ? {}
      : {
          errorMessage: {
            ...facet(scene, 'facets/1-0-0/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet'),
            message,
            programmingLanguage: 'SQL',
          },
        }
  const outputFacets = {
    outputStatistics: {
      ...facet(
        scene,
        'facets/1-0-1/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet',
      ),
      rowCount: report.sent,
    },
  }
  return eventOf(job, scene, { type: endOf(report), at, runFacets, outputFacets })
}

interface Telling {
  readonly type: EventType
  readonly at: string
  readonly runFacets: Readonly<Record<string, unknown>>
  readonly outputFacets: Readonly<Record<string, unknown>>
}

function eventOf(job: Job, scene: Scene, { type, at, runFacets, outputFacets }: Telling): unknown {
  const { namespace, project, workspace, endpoint } = scene
  return {
    eventType: type,
    eventTime: at,
    producer: producerOf(scene),
    schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
    run: { runId: job.runId, facets: { ...parentFacet(scene), ...runFacets } },
    job: { namespace, name: `${project}.${workspace}.${job.sync}`, facets: jobFacets(job, scene) },
    inputs: [],
    outputs: [
      { namespace: `braze://${new URL(endpoint).host}`, name: `${workspace}.${job.sync}`, outputFacets },
    ],
  }
}

function jobFacets({ sql }: Job, scene: Scene): Readonly<Record<string, unknown>> {
  const jobType = {
    ...facet(scene, 'facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet'),
    processingType: 'BATCH',
    integration: 'BRAZIER',
    jobType: 'SYNC',
  }
  if (sql === undefined) return { jobType }
  return {
    jobType,
    sql: { ...facet(scene, 'facets/1-0-1/SQLJobFacet.json#/$defs/SQLJobFacet'), query: sql.trim() },
  }
}

function parentFacet(scene: Scene): Readonly<Record<string, unknown>> {
  const { parent } = scene
  if (parent === undefined) return {}
  return {
    parent: {
      ...facet(scene, 'facets/1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet'),
      run: { runId: parent.runId },
      job: { namespace: parent.namespace, name: parent.name },
    },
  }
}

const producerOf = ({ version }: Scene): string => `urn:brazier:${version}`

const facet = (scene: Scene, schema: string) => ({
  _producer: producerOf(scene),
  _schemaURL: `${SPEC}/${schema}`,
})
