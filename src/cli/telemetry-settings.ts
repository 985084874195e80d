// Decides where traces and metrics go, by OpenTelemetry's own variables. Pure. They leave as JSON over HTTP, which every
// collector takes on the port of `http/protobuf`; gRPC is not spoken.

import { UsageError } from '../model/errors.ts'
import type { TelemetrySettings } from '../telemetry/export-run.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Undefined when nobody asked for them. */
export function telemetrySettings(env: Env, version: string): TelemetrySettings | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  const traces = urlOf(env, 'TRACES')
  const metrics = urlOf(env, 'METRICS')
  if (traces === undefined && metrics === undefined) return undefined
  if (env.OTEL_EXPORTER_OTLP_PROTOCOL === 'grpc')
    throw new UsageError('OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and only http/json is spoken')
  return {
    traces,
    metrics,
    headers: pairs(env.OTEL_EXPORTER_OTLP_HEADERS),
    parent: parentOf(env.TRACEPARENT),
    version,
    resource: {
      'service.version': version,
      ...pairs(env.OTEL_RESOURCE_ATTRIBUTES),
      'service.name':
        env.OTEL_SERVICE_NAME || pairs(env.OTEL_RESOURCE_ATTRIBUTES)['service.name'] || 'brazier',
    },
  }
}

/** The address of one signal is taken as it is; the common one gets a path. */
function urlOf(env: Env, signal: 'TRACES' | 'METRICS'): string | undefined {
  const exporter = env[`OTEL_${signal}_EXPORTER`] || 'otlp'
  const own = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]
  const common = env.OTEL_EXPORTER_OTLP_ENDPOINT
  const text = own || (common ? `${common.replace(/\/+$/, '')}/v1/${signal.toLowerCase()}` : undefined)
  if (exporter !== 'otlp' || text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http://collector:4318')
  return url.href
}

/** `key=value,other=value`, with signs of the value written as %2C and the like. */
function pairs(text = ''): Record<string, string> {
  const found = text.split(',').flatMap((pair) => {
    const [key = '', ...value] = pair.split('=')
    return key.trim() === '' ? [] : [[key.trim(), decoded(value.join('=').trim())] as const]
  })
  return Object.fromEntries(found)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** W3C Trace Context, version 00. */
function parentOf(text: string | undefined): TelemetrySettings['parent'] {
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(text ?? '') ?? []
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId }
}
