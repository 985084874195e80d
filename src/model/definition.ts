// Decides what a checked definition looks like once a file has been read: the sync, and the project that holds it.

import type { AlertSettings } from './alert-settings.ts'
import type { Identity, LeavePolicy, Membership, NullPolicy, Role, RunnableKind } from './words.ts'

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
  /** Seconds from the nominal time to the moment at which the sync comes; its share of the jitter, always the same. */
  readonly offsetSeconds?: number
  /** A slot that was missed for longer is left out; without it, it waits until the next one. */
  readonly catchUpSeconds?: number
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
  | BigQueryWarehouse

export interface BigQueryWarehouse {
  readonly type: 'bigquery'
  /** The Google Cloud project that runs and pays for the jobs. */
  readonly project: string
  /** Region or multi-region of the data. */
  readonly location: string
  /** The dataset of our own, when the store is in the warehouse. */
  readonly dataset: string
  /** Where names without a dataset in the author's SQL are looked up. */
  readonly defaultDataset?: string
  /** Bytes that one statement may bill. */
  readonly maxBytesBilled: number
  /** What BigQuery charges for 1 TiB, in whatever currency. */
  readonly pricePerTib: number
  /** Absolute path of a key file; Application Default Credentials where absent. */
  readonly credentialsFile?: string
  /** The service account to act as. */
  readonly impersonate?: string
  /** Origin, no trailing slash; Google's own where absent. */
  readonly apiEndpoint?: string
  /** Seconds that one statement may take. */
  readonly timeout: number
  /** Syncs that are evaluated at once. */
  readonly concurrency: number
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

/** Who may use the API. Only a digest of the token is known. */
export interface TokenSettings {
  readonly name: string
  readonly role: Role
  /** SHA-256 of the token, hexadecimal, small letters. */
  readonly sha256: string
}

export interface ServiceSettings {
  /** None: whoever reaches the service may do everything, so it listens on this machine only. */
  readonly tokens: readonly TokenSettings[]
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
  readonly service: ServiceSettings
  /** Absent: nobody is told. */
  readonly alerts?: AlertSettings
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
  /** False from when rows may be sent update-only, until every row was accepted under a definition that creates profiles. */
  readonly createUsers: boolean
  readonly writes: readonly Write[]
  readonly hash: string
  /** Version of the canonical forms in which the snapshot's values are kept. */
  readonly canonicalVersion: number
}
