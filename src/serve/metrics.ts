// Decides which numbers Prometheus is told: of runs as they end, of the run under way, of syncs as the ledger has them, of
// requests that came in. No name of a person, no identity; names of syncs only.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ReadStanding, Standing } from './answers/standing.ts'
import type { Ended } from './carry-out.ts'
import type { Runner } from './runner.ts'

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  runEnded(ended: Ended): void
  answered(request: { readonly route: string; readonly status: number; readonly seconds: number }): void
}

export interface MetricSources {
  readonly runner: Runner
  readonly standing: ReadStanding
  readonly now: () => Date
}

const RUN_SECONDS = [1, 5, 15, 60, 300, 900, 3600, 14_400]
const STAGE_SECONDS = [0.1, 0.5, 2, 10, 60, 300, 1800, 7200]
const REQUEST_SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5]

export function openMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const runs = runMetrics(registry)
  const requests = new Histogram({
    name: 'brazier_http_request_seconds',
    help: 'How long requests to the service took',
    labelNames: ['route', 'status'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  })
  liveMetrics(registry, sources)
  const syncs = syncMetrics(registry)
  return {
    contentType: registry.contentType,
    async text() {
      // Without the ledger the other numbers are worth all the more.
      const standing = await sources.standing().catch(() => undefined)
      if (standing !== undefined) syncs(standing, sources.now())
      return await registry.metrics()
    },
    runEnded: runs,
    answered: ({ route, status, seconds }) => requests.observe({ route, status: String(status) }, seconds),
  }
}

function runMetrics(registry: Registry): Metrics['runEnded'] {
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers })
  const runs = counter('brazier_runs_total', 'Runs that ended', ['command', 'origin', 'status'])
  const people = counter('brazier_people_total', 'People of a sync, by what became of them', [
    'sync',
    'operation',
  ])
  const syncs = counter('brazier_sync_runs_total', 'Runs of a sync, by how it ended', ['sync', 'status'])
  const replies = counter('brazier_braze_requests_total', 'Requests to Braze, by status; 0 is no reply', [
    'status',
  ])
  const throttled = counter('brazier_braze_throttled_total', 'Times that Braze said 429', [])
  const points = counter('brazier_data_points_total', 'Attribute writes, as Braze bills them', [])
  const seconds = new Histogram({
    name: 'brazier_run_seconds',
    help: 'How long runs took',
    labelNames: ['command'],
    buckets: RUN_SECONDS,
    registers,
  })
  const stages = new Histogram({
    name: 'brazier_stage_seconds',
    help: 'How long the stages of runs took',
    labelNames: ['stage'],
    buckets: STAGE_SECONDS,
    registers,
  })
  return ({ trigger, report, plan, trace, seconds: took }) => {
    const { command, origin } = trigger
    runs.inc({ command, origin, status: report?.status ?? (plan === undefined ? 'failed' : 'succeeded') })
    seconds.observe({ command }, took)
    for (const stage of trace.stages) stages.observe({ stage: stage.stage }, stage.seconds)
    for (const [status, times] of Object.entries(trace.statuses)) replies.inc({ status }, times)
    throttled.inc(trace.throttled)
    points.inc(report?.dataPoints ?? 0)
    for (const sync of report?.syncs ?? []) {
      const { name, added, changed, removed, sent, rejected, unknown } = sync
      syncs.inc({ sync: name, status: sync.status })
      for (const [operation, times] of Object.entries({ added, changed, removed, sent, rejected, unknown }))
        people.inc({ sync: name, operation }, times)
    }
  }
}

/** Asked for when somebody looks. */
function liveMetrics(registry: Registry, { runner }: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('brazier_run_under_way', '1 while a run works in this process', () =>
    runner.running() === undefined ? 0 : 1,
  )
  gauge('brazier_queued_runs', 'Runs that wait', () => runner.waiting().length)
  gauge(
    'brazier_braze_pace',
    'Requests a second that the pace allows now; 0 while nothing is sent',
    () => runner.running()?.watch()?.trace().pace ?? 0,
  )
}

function syncMetrics(registry: Registry): (standing: Standing, now: Date) => void {
  const registers = [registry]
  const perSync = (name: string, help: string) => new Gauge({ name, help, labelNames: ['sync'], registers })
  const size = perSync('brazier_snapshot_people', 'People of whom Braze holds something because of the sync')
  const age = perSync('brazier_last_success_age_seconds', 'Seconds since the sync was last sent whole')
  const held = perSync('brazier_sync_held', '1 while a guard holds the sync')
  const rejected = perSync('brazier_rejected_people', 'People with something refused that still stands')
  const doubt = perSync('brazier_doubt_people', 'People of whom it is not known what Braze took')
  const paused = new Gauge({ name: 'brazier_paused', help: '1 while everything is paused', registers })
  return ({ state, successes, pauses }, now) => {
    for (const gauge of [size, age, held, rejected, doubt]) gauge.reset()
    paused.set(pauses.all === undefined ? 0 : 1)
    for (const sync of state.syncs) {
      const labels = { sync: sync.name }
      size.set(labels, sync.size)
      held.set(labels, sync.last?.status === 'held' ? 1 : 0)
      rejected.set(labels, sync.rejected)
      doubt.set(labels, sync.inDoubt)
      const success = successes.get(sync.name)
      if (success !== undefined) age.set(labels, (now.getTime() - Date.parse(success)) / 1000)
    }
  }
}
