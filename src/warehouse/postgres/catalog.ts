// Decides what a column's type is made of: arrays of something, composites with fields, domains over something. Pure over
// the rows of the catalog; `typeQuery` and `fieldQuery` ask for them.

import type { Row } from '../port.ts'

export type PostgresType = { readonly label: string } & (
  | {
      readonly shape: 'scalar'
      readonly name: string /** Declared digits of a numeric. */
      readonly scale: number | undefined
    }
  | { readonly shape: 'enum' }
  | { readonly shape: 'array'; readonly element: PostgresType }
  | {
      readonly shape: 'composite'
      readonly fields: readonly { readonly name: string; readonly type: PostgresType }[]
    }
)

interface TypeRow {
  readonly name: string
  readonly label: string
  readonly kind: string
  readonly category: string
  readonly element: number
  readonly base: number
  readonly baseModifier: number
  readonly relation: number
}

export interface Catalog {
  readonly types: ReadonlyMap<number, TypeRow>
  readonly fields: ReadonlyMap<
    number,
    readonly { readonly name: string; readonly oid: number; readonly modifier: number }[]
  >
}

export const emptyCatalog: Catalog = { types: new Map(), fields: new Map() }

/** Of the given types, and of what they are made of when it is asked for again. */
export function typeQuery(oids: readonly number[]): string {
  return (
    `select t.oid::bigint as oid, t.typname::text as name, format_type(t.oid, null) as label, t.typtype::text as kind, ` +
    `t.typcategory::text as category, t.typelem::bigint as element, t.typbasetype::bigint as base, t.typtypmod as base_modifier, ` +
    `t.typrelid::bigint as relation from pg_catalog.pg_type as t where t.oid in (${oids.join(', ')})`
  )
}

export function fieldQuery(relations: readonly number[]): string {
  return (
    `select attrelid::bigint as relation, attname::text as name, atttypid::bigint as oid, atttypmod as modifier ` +
    `from pg_catalog.pg_attribute where attrelid in (${relations.join(', ')}) and attnum > 0 and not attisdropped order by attrelid, attnum`
  )
}

/** The catalog with answers to `typeQuery` and `fieldQuery`. */
export function withRows(
  catalog: Catalog,
  rows: { readonly types: readonly Row[]; readonly fields: readonly Row[] },
): Catalog {
  const types = new Map(catalog.types)
  for (const row of rows.types) {
    types.set(Number(row.oid), {
      name: String(row.name),
      label: String(row.label),
      kind: String(row.kind),
      category: String(row.category),
      element: Number(row.element),
      base: Number(row.base),
      baseModifier: Number(row.base_modifier),
      relation: Number(row.relation),
    })
  }
  const fields = new Map(catalog.fields)
  for (const row of rows.fields) {
    const relation = Number(row.relation)
    const field = { name: String(row.name), oid: Number(row.oid), modifier: Number(row.modifier) }
    fields.set(relation, [...(fields.get(relation) ?? []), field])
  }
  return { types, fields }
}

/** Types and relations that must be asked for before `typeOf` can answer for these. */
export function missingFrom(
  catalog: Catalog,
  oids: readonly number[],
): { types: number[]; relations: number[] } {
  const types = new Set<number>()
  const relations = new Set<number>()
  const seen = new Set<number>()
  const visit = (oid: number): void => {
    if (oid === 0 || seen.has(oid)) return
    seen.add(oid)
    const type = catalog.types.get(oid)
    if (type === undefined) {
      types.add(oid)
      return
    }
    if (type.kind === 'd') visit(type.base)
    if (type.category === 'A') visit(type.element)
    if (type.kind !== 'c') return
    const fields = catalog.fields.get(type.relation)
    if (fields === undefined) relations.add(type.relation)
    else for (const field of fields) visit(field.oid)
  }
  for (const oid of oids) visit(oid)
  return { types: [...types], relations: [...relations] }
}

export function typeOf(catalog: Catalog, oid: number, modifier: number): PostgresType {
  const type = catalog.types.get(oid)
  if (type === undefined) return { shape: 'scalar', name: '', label: `type ${oid}`, scale: undefined }
  const { label } = type
  if (type.kind === 'd') return { ...typeOf(catalog, type.base, type.baseModifier), label }
  if (type.kind === 'e') return { shape: 'enum', label }
  if (type.kind === 'c') {
    const fields = (catalog.fields.get(type.relation) ?? []).map((field) => ({
      name: field.name,
      type: typeOf(catalog, field.oid, field.modifier),
    }))
    return { shape: 'composite', label, fields }
  }
  // The modifier of an array is that of its elements.
  if (type.category === 'A' && type.element !== 0) {
    return { shape: 'array', label, element: typeOf(catalog, type.element, modifier) }
  }
  return { shape: 'scalar', name: type.name, label, scale: numericScale(modifier) }
}

/** Digits after the point in the modifier of a numeric: its low eleven bits, with a sign. */
function numericScale(modifier: number): number | undefined {
  if (modifier < 4) return undefined
  const bits = (modifier - 4) & 0x7ff
  return bits >= 0x400 ? bits - 0x800 : bits
}
