// Decides what a checked definition looks like once a file has been read: the sync, and the project that holds it.

import type { Identity, LeavePolicy, Membership, NullPolicy, RunnableKind } from './words.ts'

/** A limit: a number of people, or a share of those there were. */
export type Limit =
  | { readonly unit: 'people'; readonly count: number }
  | { readonly unit: 'share'; readonly share: number }

export interface Guards {
  /** Removes in this plan and the last 24 hours, for leavers and for each column. */
  readonly maxRemoves: Limit
  /** People whose values change, when set. */
  readonly maxChanges?: Limit
  /** Fewest rows that the SQL may return. */
  readonly minRows: number
}

/** When a sync is due. `text` is as the author wrote it, `cron` the same as five fields. */
export interface Schedule {
  readonly text: string
  readonly cron: string
  readonly timezone: string
}

export interface Sync {
  readonly name: string
  readonly kind: RunnableKind
  /** Path relative to the project, with forward slashes. */
  readonly file: string
  /** The author's SELECT: header replaced by line breaks, trailing semicolon blanked; lines count as in the file. */
  readonly sql: string
  /** The outermost select list holds a `*`, so that a new column of the source becomes an attribute. */
  readonly selectsStar: boolean
  readonly description: string
  readonly tags: readonly string[]
  readonly schedule: Schedule
  readonly guards: Guards
  readonly createUsers: boolean
  /** Days after which an update-only sync sends a row again. */
  readonly refreshDays: number
  /** Null, blank and duplicate keys: fail the sync, or withhold those rows. */
  readonly badKeys: 'fail' | 'withhold'
  readonly maxAttempts: number
  /** The former name, whose snapshot this sync takes over. */
  readonly was?: string
  readonly audience?: AudienceOptions
  readonly properties?: PropertyOptions
  /** SHA-256 (hex) over the SQL and every option that decides what is sent. */
  readonly hash: string
}

export interface AudienceOptions {
  readonly membership: Membership
  /** The custom attribute: the flag's name, or the list's. */
  readonly attribute: string
  /** The element that a list membership adds; the sync's name. */
  readonly element: string
  readonly onLeave: LeavePolicy
}

export interface PropertyOptions {
  readonly rename: Readonly<Record<string, string>>
  readonly prefix: string
  readonly nulls: NullPolicy
  readonly onLeave: Extract<LeavePolicy, 'keep' | 'unset'>
  /** Decimal places to which float columns are rounded, when set. */
  readonly round?: number
}

export type WarehouseSettings =
  | { readonly type: 'duckdb'; readonly path?: string; readonly init: readonly string[] }
  | {
      readonly type: 'postgres'
      readonly url: string
      /** Seconds that one query of the author may take. */
      readonly statementTimeout: number
      readonly schema?: string
    }

export type StoreSettings =
  | { readonly type: 'warehouse'; readonly schema: string }
  | {
      readonly type: 'duckdb'
      /** Absolute path of the state file. */
      readonly path: string
      readonly memoryLimit: string
      readonly threads: number
      readonly ephemeral: boolean
    }

export interface BrazeSettings {
  /** Origin, no trailing slash. */
  readonly endpoint: string
  /** Absent where no key is needed yet (`check`, `plan`). Never printed. */
  readonly apiKey?: string
  readonly workspace: string
  /** A ceiling. */
  readonly requestsPerSecond: number
  /** Share (0 to 1) of an hourly limit that is left to others. */
  readonly reserve: number
  readonly objectsPerRequest: number
  readonly requestTimeoutSeconds: number
  readonly giveUpAfterSeconds: number
  readonly maxConnections: number
}

export interface Project {
  readonly name: string
  /** Absolute path. */
  readonly directory: string
  readonly warehouse: WarehouseSettings
  readonly store: StoreSettings
  readonly braze: BrazeSettings
  /** Seconds from the lease to the last request; a run that takes longer is cut. */
  readonly maxDurationSeconds: number
  readonly planExpireHours: number
  readonly historyDays: number
  readonly syncs: readonly Sync[]
}

/** One thing that Braze holds because of a sync: an attribute, or one element of a list attribute. */
export interface Write {
  /** The column of the snapshot that says so. */
  readonly column: string
  readonly attribute: string
  readonly element?: string
  readonly valueKind: import('./words.ts').ValueKind
  readonly onLeave: LeavePolicy
  readonly nulls: NullPolicy
}

/** A definition as the ledger remembers it. */
export interface SettledDefinition {
  readonly identity: Identity
  readonly kind: RunnableKind
  /** False until every row was accepted under a definition that creates profiles. */
  readonly createUsers: boolean
  readonly writes: readonly Write[]
  readonly hash: string
  /** Version of the canonical forms in which the snapshot's values are kept. */
  readonly canonicalVersion: number
}
