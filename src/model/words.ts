// Decides the closed sets of words that every room shares: kinds, identities, policies, statuses.

export const KINDS = [
  'audience',
  'properties',
  'events',
  'purchases',
  'subscriptions',
  'catalog',
  'deletions',
] as const
export type Kind = (typeof KINDS)[number]

/** The kinds that this version can run; the others are refused by name, with a sentence that says so. */
export const RUNNABLE_KINDS = ['audience', 'properties'] as const
export type RunnableKind = (typeof RUNNABLE_KINDS)[number]

/** How a person is named, in order of precedence: the first one present in a result is the identity. */
export const IDENTITIES = ['external_id', 'braze_id', 'alias', 'email', 'phone'] as const
export type Identity = (typeof IDENTITIES)[number]

/** The columns that spell each identity. */
export const IDENTITY_COLUMNS: Readonly<Record<Identity, readonly string[]>> = {
  external_id: ['external_id'],
  braze_id: ['braze_id'],
  alias: ['alias_name', 'alias_label'],
  email: ['email'],
  phone: ['phone'],
}

export const MEMBERSHIPS = ['flag', 'list', 'subscription_group', 'cohort'] as const
export type Membership = (typeof MEMBERSHIPS)[number]

/**
 * What becomes of a write when its person leaves:
 * `false` (a flag is set to false), `unset` (null), `remove` (an element leaves its list), `keep` (nothing).
 */
export type LeavePolicy = 'false' | 'unset' | 'remove' | 'keep'
/** What a NULL means: take the value back, or say nothing. */
export type NullPolicy = 'unset' | 'omit'

/** Who may do what over the API, from least to most: each role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

export type SyncStatus = 'succeeded' | 'partial' | 'rejected' | 'held' | 'failed' | 'skipped'
export type RunStatus = 'queued' | 'running' | 'succeeded' | 'partial' | 'held' | 'failed'

/**
 * The kind of a stored value. `decimal` is kept as its JSON number text (exact, trimmed), `json` as JSON text,
 * `timestamp` in UTC to the millisecond.
 */
export const VALUE_KINDS = [
  'text',
  'integer',
  'float',
  'decimal',
  'boolean',
  'timestamp',
  'date',
  'json',
] as const
export type ValueKind = (typeof VALUE_KINDS)[number]
