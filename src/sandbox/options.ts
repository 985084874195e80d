// Decides what a tester may set, and what holds where nothing is set.

import { MAX_ARRAY_ELEMENTS, MAX_OBJECTS_PER_REQUEST, MAX_REQUEST_BYTES } from '../model/limits.ts'
import type { ApplyDelay } from './apply-queue.ts'
import type { ForcedType } from './forced-type.ts'
import type { ForcedTypes } from './profile.ts'
import type { RateLimit, RateWindow } from './rate-limit.ts'
import type { RefusalStyle } from './refusal.ts'
import { type Gate, PERMISSIONS, type Permission } from './transport.ts'

interface RateLimitOptions {
  /** Default `standard`: one window. `mau`: hourly, with a burst window beside it. */
  readonly mode?: 'standard' | 'mau'
  /** Requests in a window; default 3,000, with `mau` 250,000. */
  readonly limit?: number
  /** Default 3, with `mau` 3,600. */
  readonly windowSeconds?: number
  /** With `mau`; default 3,000 in 3 seconds. */
  readonly burst?: RateWindow
  /** Unit of x-ratelimit-reset; default `epoch`, with `mau` `delta`. */
  readonly resetUnit?: 'epoch' | 'delta'
}

export interface SandboxOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default `sandbox-key` with every permission. */
  readonly apiKeys?: readonly (
    | string
    | { readonly key: string; readonly permissions: readonly Permission[] }
  )[]
  /** Of /users/track. `false`: no limit and no headers. */
  readonly rateLimit?: RateLimitOptions | false
  /** Of /users/export/ids; default 250 a minute. */
  readonly exportRateLimit?: RateLimitOptions | false
  readonly maxObjects?: number
  /** `combined` (the default) counts all three arrays together, `per_array` each alone, as for older customers. */
  readonly objectLimit?: 'combined' | 'per_array'
  readonly maxBytes?: number
  /**
   * Before every answer; what a request does is done when it arrives. Default 1: enough for requests that are sent
   * together to meet, so that `concurrentSamePerson` sees them.
   */
  readonly latencyMs?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** `count-only`: objects are counted and forgotten, nothing is validated; for measuring speed. */
  readonly store?: 'profiles' | 'count-only'
  readonly keepBodies?: boolean
  /** Read at the start if it exists, written at close. */
  readonly stateFile?: string
  /** How long accepted data takes to show; with a range, requests overtake each other. Default 0: at once. */
  readonly applyDelayMs?: number | ApplyDelay
  /** For the random part of `applyDelayMs`. */
  readonly seed?: number
  readonly arrayMax?: number
  /** Types forced in the dashboard. */
  readonly attributeTypes?: Readonly<Record<string, ForcedType>>
  readonly blockedAttributes?: readonly string[]
  readonly blockedEvents?: readonly string[]
  readonly blockedIds?: readonly string[]
  /** Per-object errors as sentences (the default, as seen live) or as documented codes. */
  readonly errorTypes?: RefusalStyle
  /** Default true, as for customers since August 2024. */
  readonly fieldsToExportRequired?: boolean
}

export interface Settings {
  readonly gate: Gate
  readonly rateLimits: Readonly<Record<Permission, RateLimit | undefined>>
  readonly maxObjects: number
  readonly objectLimit: 'combined' | 'per_array'
  readonly latencyMs: number
  readonly now: () => number
  readonly countOnly: boolean
  readonly keepBodies: boolean
  readonly applyDelay: ApplyDelay
  readonly seed: number
  readonly arrayMax: number
  readonly forced: ForcedTypes
  readonly blockedAttributes: ReadonlySet<string>
  readonly blockedEvents: ReadonlySet<string>
  readonly blockedIds: ReadonlySet<string>
  readonly errorTypes: RefusalStyle
  readonly fieldsRequired: boolean
}

/** The burst limit of Braze's contracts (Braze docs, "API limits"). */
const BURST: RateWindow = { limit: 3000, seconds: 3 }
const HOURLY: RateWindow = { limit: 250_000, seconds: 3600 }
const EXPORTS: RateLimitOptions = { limit: 250, windowSeconds: 60 }
const LISTS: RateLimitOptions = { limit: 1000, windowSeconds: 3600 }

export function settingsOf(options: SandboxOptions): Settings {
  const delay = options.applyDelayMs ?? 0
  return {
    gate: {
      keys: keysOf(options.apiKeys ?? ['sandbox-key']),
      maxBytes: options.maxBytes ?? MAX_REQUEST_BYTES,
    },
    rateLimits: {
      'users.track': rateLimitOf(options.rateLimit ?? {}),
      'users.export.ids': rateLimitOf(options.exportRateLimit ?? EXPORTS),
      'custom_attributes.get': rateLimitOf(LISTS),
    },
    maxObjects: options.maxObjects ?? MAX_OBJECTS_PER_REQUEST,
    objectLimit: options.objectLimit ?? 'combined',
    latencyMs: options.latencyMs ?? 1,
    now: options.now ?? Date.now,
    countOnly: options.store === 'count-only',
    keepBodies: options.keepBodies ?? false,
    applyDelay: typeof delay === 'number' ? { minMs: delay, maxMs: delay } : delay,
    seed: options.seed ?? 1,
    arrayMax: options.arrayMax ?? MAX_ARRAY_ELEMENTS,
    forced: new Map(Object.entries(options.attributeTypes ?? {})),
    blockedAttributes: new Set(options.blockedAttributes),
    blockedEvents: new Set(options.blockedEvents),
    blockedIds: new Set(options.blockedIds),
    errorTypes: options.errorTypes ?? 'sentences',
    fieldsRequired: options.fieldsToExportRequired ?? true,
  }
}

function keysOf(keys: NonNullable<SandboxOptions['apiKeys']>): ReadonlyMap<string, readonly Permission[]> {
  return new Map(
    keys.map((entry) => (typeof entry === 'string' ? [entry, PERMISSIONS] : [entry.key, entry.permissions])),
  )
}

function rateLimitOf(options: RateLimitOptions | false): RateLimit | undefined {
  if (options === false) return undefined
  const mau = options.mode === 'mau'
  const base = mau ? HOURLY : BURST
  return {
    mode: options.mode ?? 'standard',
    window: { limit: options.limit ?? base.limit, seconds: options.windowSeconds ?? base.seconds },
    ...(mau ? { burst: options.burst ?? BURST } : {}),
    resetUnit: options.resetUnit ?? (mau ? 'delta' : 'epoch'),
  }
}
