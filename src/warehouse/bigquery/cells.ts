// Decides what the raw cells of a result mean: text, numbers and booleans by the schema, nothing else. Pure.

import type { TableField, TableRow } from '@google-cloud/bigquery'
import type { Cell, Row } from '../port.ts'
import { JobError } from './job-error.ts'
import type { Field } from './jobs.ts'

/** The schema as BigQuery sends it, with nothing left out. */
export function fieldsOf(fields: readonly TableField[] | undefined): Field[] {
  return (fields ?? []).map(({ name, type, mode, fields: inner }) => ({
    name: name ?? '',
    type: type ?? '',
    mode: mode ?? 'NULLABLE',
    fields: fieldsOf(inner),
  }))
}

/** Reads the rows of one schema. @throws JobError where a cell is no scalar. */
export function rowReader(fields: readonly Field[]): (row: TableRow) => Row {
  const readers = fields.map((field) => [field.name, readerOf(field)] as const)
  return ({ f: cells = [] }) => {
    if (cells.length !== readers.length) throw nonsense('a row has not as many cells as the schema')
    return Object.fromEntries(
      readers.map(([name, read], i) => {
        const value: unknown = cells[i]?.v ?? null
        if (value !== null && typeof value !== 'string') throw nonsense(`column ${name} is not a scalar`)
        return [name, value === null ? null : read(value)]
      }),
    )
  }
}

/** Reads the only cell of a row. */
export function textOf({ f: cells = [] }: TableRow): string {
  const value: unknown = cells[0]?.v
  if (cells.length !== 1 || typeof value !== 'string') throw nonsense('a row is not one text')
  return value
}

export const nonsense = (message: string): JobError => new JobError({ reason: 'incomplete', message })

const asText = (text: string): Cell => text
const asNumber = (text: string): Cell => (Number.isFinite(Number(text)) ? Number(text) : text)
const asInteger = (text: string): Cell => (Number.isSafeInteger(Number(text)) ? Number(text) : text)

const READERS: Readonly<Record<string, (text: string) => Cell>> = {
  BOOLEAN: (text) => text === 'true',
  BOOL: (text) => text === 'true',
  INTEGER: asInteger,
  INT64: asInteger,
  FLOAT: asNumber,
  FLOAT64: asNumber,
}

function readerOf({ name, type, mode }: Field): (text: string) => Cell {
  if (mode === 'REPEATED' || type === 'RECORD' || type === 'STRUCT')
    throw nonsense(`column ${name} is not a scalar`)
  return READERS[type] ?? asText
}
