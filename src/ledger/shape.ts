// Decides what a sync's result means: which columns name the person, and which attribute each other column writes.
// Pure: from the definition and the columns that the warehouse reported.

import { attributeFlaw } from '../model/attribute-name.ts'
import type { PropertyOptions, Sync, Write } from '../model/definition.ts'
import { SyncError } from '../model/errors.ts'
import { MAX_NAME_CHARACTERS, RESERVED_ATTRIBUTES } from '../model/limits.ts'
import { IDENTITIES, IDENTITY_COLUMNS, type Identity } from '../model/words.ts'
import type { SourceColumn, SourceValue } from '../warehouse/port.ts'

/** A write of today's definition; its column in the snapshot is chosen later, beside those that exist. */
export type WriteSpec = Omit<Write, 'column'> & {
  /** The result's column that carries the value; absent for memberships, whose value is `true`. */
  readonly source?: { readonly column: string; readonly value: SourceValue }
}

export interface Shape {
  readonly identity: Identity
  readonly keyColumns: readonly string[]
  readonly writes: readonly WriteSpec[]
  /** Columns of an audience that name the person a second time and are not used; `check` says so. */
  readonly unused: readonly string[]
}

/** @throws SyncError naming the file, every column at fault, and the remedy. */
export function shapeOf(sync: Sync, columns: readonly SourceColumn[]): Shape {
  const identity = IDENTITIES.find((name) =>
    IDENTITY_COLUMNS[name].every((c) => columns.some((col) => col.name === c)),
  )
  if (identity === undefined) {
    throw refuse(
      sync,
      `the query has no identity column (it has ${nameList(columns)})`,
      'Select the person as external_id, braze_id, alias_name and alias_label, email or phone, in lower case.',
    )
  }
  const keyColumns = IDENTITY_COLUMNS[identity]
  for (const column of columns.filter((c) => keyColumns.includes(c.name) && !c.canBeKey)) {
    throw refuse(
      sync,
      `column ${column.name} of type ${column.type} cannot name a person`,
      'Keys are text, integer or uuid: cast it to text.',
    )
  }
  const rest = columns.filter((column) => !keyColumns.includes(column.name))
  return sync.audience === undefined
    ? { identity, keyColumns, writes: propertyWrites(sync, rest), unused: [] }
    : { identity, keyColumns, ...audienceWrites(sync, rest, identity) }
}

function audienceWrites(
  sync: Sync,
  rest: readonly SourceColumn[],
  identity: Identity,
): Pick<Shape, 'writes' | 'unused'> {
  const options = sync.audience
  if (options === undefined) throw new TypeError('not an audience')
  const names = new Set(IDENTITIES.flatMap((name) => IDENTITY_COLUMNS[name]))
  const extra = rest.filter((column) => !names.has(column.name))
  if (extra.length > 0) {
    throw refuse(
      sync,
      `an audience selects identity columns only, but the query also has ${nameList(extra)}`,
      `Drop ${extra.length === 1 ? 'it' : 'them'}, or move the query to sql/properties (the person is named by ${identity}).`,
    )
  }
  const write: WriteSpec = {
    attribute: options.attribute,
    ...(options.membership === 'list' ? { element: options.element } : {}),
    valueKind: 'boolean',
    onLeave: options.onLeave,
    nulls: 'unset',
  }
  return { writes: [write], unused: rest.map((column) => column.name) }
}

function propertyWrites(sync: Sync, rest: readonly SourceColumn[]): WriteSpec[] {
  const options = sync.properties
  if (options === undefined) throw new TypeError('not a properties sync')
  const present = new Set(rest.map((column) => column.name))
  const missing = Object.keys(options.rename).filter((name) => !present.has(name))
  if (missing.length > 0) {
    throw refuse(
      sync,
      `rename in the header names ${missing.join(', ')}, which the query does not return`,
      'Correct the header or the query.',
    )
  }
  if (rest.length === 0) {
    throw refuse(
      sync,
      'the query returns no column beside the identity',
      'Select at least one column to write.',
    )
  }
  const writes = rest.map((column) => propertyWrite(sync, column))
  const twice = writes.find(
    (write, i) => writes.findIndex((other) => other.attribute === write.attribute) !== i,
  )
  if (twice !== undefined) {
    throw refuse(sync, `two columns write the attribute ${twice.attribute}`, 'Rename one of them.')
  }
  return writes
}

function propertyWrite(sync: Sync, column: SourceColumn): WriteSpec {
  const options = sync.properties
  const attribute = options === undefined ? column.name : attributeOf(options, column.name)
  if (RESERVED_ATTRIBUTES.has(attribute)) {
    throw refuse(
      sync,
      `column ${column.name} would write ${attribute}, which is reserved by Braze`,
      'Drop the column, or give it another name with rename. A person is named by one identity only.',
    )
  }
  if ([...attribute].length > MAX_NAME_CHARACTERS) {
    throw refuse(
      sync,
      `the attribute name of column ${column.name.slice(0, 40)}… is over ${MAX_NAME_CHARACTERS} characters`,
      'Give it a shorter name with rename.',
    )
  }
  const flaw = attributeFlaw(attribute)
  if (flaw !== undefined) {
    throw refuse(
      sync,
      `column ${JSON.stringify(column.name)} would write the attribute ${JSON.stringify(attribute)}, which ${flaw.message}`,
      'Give the column another name in the query, or with rename in the header.',
    )
  }
  if (column.value === undefined) {
    throw refuse(
      sync,
      `column ${column.name} has type ${column.type}: ${column.refusal ?? 'which cannot be sent'}`,
      'Cast it in the query.',
    )
  }
  return {
    attribute,
    valueKind: column.value.kind,
    onLeave: options?.onLeave ?? 'keep',
    nulls: options?.nulls ?? 'unset',
    source: { column: column.name, value: column.value },
  }
}

/** As renamed, else with the prefix. A column may be called like what every object has: `constructor`. */
const attributeOf = ({ rename, prefix }: PropertyOptions, column: string): string =>
  (Object.hasOwn(rename, column) ? rename[column] : undefined) ?? `${prefix}${column}`

const nameList = (columns: readonly SourceColumn[]): string =>
  columns.length === 0 ? 'no columns' : columns.map((column) => column.name).join(', ')

const refuse = (sync: Sync, what: string, hint: string): SyncError =>
  new SyncError(`${sync.file}: ${what}`, { hint })
