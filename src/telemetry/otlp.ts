// Decides how traces and metrics of a run are written down in OTLP's JSON form (OpenTelemetry protocol 1, "JSON Protobuf
// Encoding"): ids in hexadecimal, 64-bit numbers as text. Pure.

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  readonly name: string
  /** Milliseconds since 1970. */
  readonly start: number
  readonly end: number
  readonly attributes: Attributes
  /** What went wrong. */
  readonly error?: string | undefined
}

export interface Point {
  readonly name: string
  readonly unit: string
  /** `sum`: what this run adds; `gauge`: how it is now. */
  readonly kind: 'sum' | 'gauge'
  readonly value: number
  readonly attributes: Attributes
}

export interface Source {
  readonly version: string
  readonly resource: Attributes
}

const INTERNAL = 1
const OK = 1
const ERROR = 2
/** Each export adds to the last one: the process keeps no totals. */
const DELTA = 1

export function tracesJson(spans: readonly Span[], source: Source): unknown {
  const written = spans.map(({ traceId, spanId, parentSpanId, name, start, end, attributes, error }) => ({
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanos(start),
    endTimeUnixNano: nanos(end),
    attributes: attributesJson(attributes),
    status: error === undefined ? { code: OK } : { code: ERROR, message: error },
  }))
  return {
    resourceSpans: [{ ...resourceJson(source), scopeSpans: [{ ...scopeJson(source), spans: written }] }],
  }
}

export function metricsJson(
  points: readonly Point[],
  source: Source,
  { start, end }: { readonly start: number; readonly end: number },
): unknown {
  const metrics = [...Map.groupBy(points, (point) => point.name)].map(([name, same]) => {
    const dataPoints = same.map(({ value, attributes }) => ({
      startTimeUnixNano: nanos(start),
      timeUnixNano: nanos(end),
      ...numberJson(value),
      attributes: attributesJson(attributes),
    }))
    const unit = same[0]?.unit ?? ''
    return same[0]?.kind === 'gauge'
      ? { name, unit, gauge: { dataPoints } }
      : { name, unit, sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } }
  })
  return { resourceMetrics: [{ ...resourceJson(source), scopeMetrics: [{ ...scopeJson(source), metrics }] }] }
}

const resourceJson = ({ resource }: Source) => ({ resource: { attributes: attributesJson(resource) } })
const scopeJson = ({ version }: Source) => ({ scope: { name: 'brazier', version } })

const nanos = (milliseconds: number): string => `${Math.round(milliseconds)}000000`

const numberJson = (value: number) =>
  Number.isInteger(value) ? { asInt: String(value) } : { asDouble: value }

function attributesJson(attributes: Attributes): unknown[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: valueJson(value) }],
  )
}

function valueJson(value: string | number | boolean): unknown {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
