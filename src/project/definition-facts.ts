// Decides what can be said of a definition without a database: which attributes it writes for certain, and the hash
// that tells whether two definitions would send the same.

import { createHash } from 'node:crypto'
import type { AudienceOptions, PropertyOptions, Sync } from '../model/definition.ts'

/** An attribute (or one element of a list attribute) that a definition names by itself. */
export interface DeclaredWrite {
  readonly attribute: string
  /** Present for a list membership. */
  readonly element?: string
  /** The column that is renamed to it; present for properties. */
  readonly column?: string
}

export function declaredWrites(sync: Pick<Sync, 'audience' | 'properties'>): DeclaredWrite[] {
  const writes: DeclaredWrite[] = Object.entries(sync.properties?.rename ?? {}).map(
    ([column, attribute]) => ({
      attribute,
      column,
    }),
  )
  if (sync.audience === undefined) return writes
  const { attribute, membership, element } = sync.audience
  return [...writes, membership === 'list' ? { attribute, element } : { attribute }]
}

export interface HashedDefinition
  extends Pick<Sync, 'kind' | 'sql' | 'createUsers' | 'refreshDays' | 'badKeys'> {
  readonly maxAttempts: number
  readonly audience?: AudienceOptions
  readonly properties?: PropertyOptions
}

const sorted = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))

/** SHA-256 (hex). Line breaks around the SQL do not count: they change with the header's length. */
export function definitionHash(definition: HashedDefinition): string {
  const { audience, properties } = definition
  const parts = [
    definition.kind,
    definition.sql.trim(),
    definition.createUsers,
    definition.refreshDays,
    definition.badKeys,
    definition.maxAttempts,
    audience && [audience.membership, audience.attribute, audience.element, audience.onLeave],
    properties && [
      sorted(properties.rename),
      properties.prefix,
      properties.nulls,
      properties.onLeave,
      properties.round,
    ],
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
