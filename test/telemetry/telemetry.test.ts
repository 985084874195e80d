import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { tellTelemetry } from '../../src/cli/observed-run.ts'
import { telemetrySettings } from '../../src/cli/telemetry-settings.ts'
import type { RunTrace } from '../../src/ledger/run-traces.ts'
import type { Project } from '../../src/model/definition.ts'
import { type Log, silentLog } from '../../src/model/log.ts'
import type { RunReport } from '../../src/run/report.ts'
import { startReceiver } from '../support/receiver.ts'

const receiver = await startReceiver()
afterAll(() => receiver.close())
beforeEach(() => {
  receiver.answer(200)
  receiver.received.length = 0
})

const project = { name: 'shop', braze: { workspace: 'production' } } as Project
const report = {
  run: 'r-1',
  status: 'partial',
  startedAt: '2026-03-04T12:00:00.000Z',
  seconds: 2.5,
  requests: 3,
  objects: 200,
  dataPoints: 400,
  error: null,
  syncs: [
    { name: 'vip', added: 5, changed: 0, removed: 2, sent: 7, rejected: 0, unknown: 0, error: null },
    { name: 'quiz', added: 0, changed: 0, removed: 0, sent: 0, rejected: 0, unknown: 0, error: 'no table' },
  ],
} as unknown as RunReport
const trace: RunTrace = {
  stages: [
    { stage: 'candidates', sync: 'quiz', offset: 0.25, seconds: 0.5 },
    { stage: 'send', sync: null, offset: 1, seconds: 1.5 },
  ],
  statuses: { 201: 2, 0: 1 },
  throttled: 1,
  pace: 12.5,
}

// biome-ignore lint/suspicious/noExplicitAny: a form of others, looked into at will.
type Any = any

async function told(env: Record<string, string>, log: Log = silentLog): Promise<Record<string, Any>> {
  const call = { env, version: '1.2.3' }
  await tellTelemetry(call, { project, log }, { report, trace: async () => trace })
  return Object.fromEntries(receiver.received.map(({ path, body }) => [path, JSON.parse(body)]))
}
const values = (attributes: Any[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

describe('traces', () => {
  it('are the run and its stages, under whoever started us', async () => {
    const trace32 = '4bf92f3577b34da6a3ce929d0e0e4736'
    const sent = await told({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb,other=2',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod,service.name=ignored',
      OTEL_SERVICE_NAME: 'sync',
      TRACEPARENT: `00-${trace32}-00f067aa0ba902b7-01`,
    })
    expect(receiver.received[0]?.headers).toMatchObject({ 'x-key': 'a,b', other: '2' })
    const [{ resource, scopeSpans }] = sent['/v1/traces'].resourceSpans
    expect(values(resource.attributes)).toEqual({
      'service.version': '1.2.3',
      'deployment.environment': 'prod',
      'service.name': 'sync',
    })
    const [run, candidates, send] = scopeSpans[0].spans
    expect(run).toMatchObject({
      traceId: trace32,
      parentSpanId: '00f067aa0ba902b7',
      name: 'brazier.run',
      startTimeUnixNano: '1772625600000000000',
      endTimeUnixNano: '1772625602500000000',
      status: { code: 1 },
    })
    expect(values(run.attributes)).toMatchObject({ 'brazier.run': 'r-1', 'brazier.objects': '200' })
    expect(candidates).toMatchObject({
      traceId: trace32,
      parentSpanId: run.spanId,
      name: 'brazier.candidates quiz',
      startTimeUnixNano: '1772625600250000000',
      endTimeUnixNano: '1772625600750000000',
      status: { code: 2, message: 'no table' },
    })
    expect(send.name).toBe('brazier.send')
    expect(new Set([run, candidates, send].map(({ spanId }) => spanId)).size).toBe(3)
    expect(run.spanId).toMatch(/^[0-9a-f]{16}$/)
  })

  it('have an id of their own without a parent', async () => {
    const sent = await told({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/mine` })
    expect(Object.keys(sent)).toEqual(['/mine'])
    expect(sent['/mine'].resourceSpans[0].scopeSpans[0].spans[0].traceId).toMatch(/^[0-9a-f]{32}$/)
  })
})

it('metrics are what the run adds', async () => {
  const sent = await told({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: 'none' })
  expect(Object.keys(sent)).toEqual(['/v1/metrics'])
  const [{ metrics }] = sent['/v1/metrics'].resourceMetrics[0].scopeMetrics
  const found = metrics.flatMap(({ name, sum, gauge }: Any) =>
    (sum ?? gauge).dataPoints.map(({ asInt, asDouble, attributes }: Any) =>
      [name, ...Object.values(values(attributes)), asInt ?? asDouble].join(' '),
    ),
  )
  expect(found).toEqual([
    'brazier.runs partial 1',
    'brazier.run.duration 2.5',
    'brazier.data_points 400',
    'brazier.people vip added 5',
    'brazier.people vip removed 2',
    'brazier.people vip sent 7',
    'brazier.braze.requests 0 1',
    'brazier.braze.requests 201 2',
    'brazier.braze.throttled 1',
  ])
  expect(metrics[0].sum).toMatchObject({ aggregationTemporality: 1, isMonotonic: true })
})

describe('nothing leaves', () => {
  it.each([
    ['unless somebody asked', {}],
    ['when it is switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' }],
    [
      'when no exporter is wanted',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
      },
    ],
  ])('%s', (_when, env) => {
    expect(telemetrySettings(env, '1')).toBeUndefined()
  })

  it('and a run goes on, when the variables are wrong or nobody answers', async () => {
    const warnings: string[] = []
    const log: Log = {
      ...silentLog,
      warn: (event, fields) => void warnings.push(`${event} ${fields?.reason}`),
    }
    await told({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, log)
    await told({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, log)
    receiver.answer(401)
    await told({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, log)
    expect(warnings).toEqual([
      'telemetry.off OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http://collector:4318',
      'telemetry.off OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and only http/json is spoken',
      'telemetry.not_sent HTTP 401',
      'telemetry.not_sent HTTP 401',
    ])
  })
})
