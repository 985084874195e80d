// Decides what the contract asks of a kept value, whatever the database: its kind, its JSON compared exactly, its fault.

import { expect } from 'vitest'
import type { ValueKind } from '../../../src/model/words.ts'
import { exact } from './exact-json.ts'
import type { Kept } from './keep.ts'

interface Wanted {
  readonly kind: ValueKind
  readonly json?: string
  readonly fault?: string
}

export function expectKept(kept: Kept | undefined, value: Wanted): void {
  const { column, json, fault } = kept!
  expect(column.refusal).toBeUndefined()
  expect(column.value?.kind).toBe(value.kind)
  expect(fault).toBe(value.fault ?? null)
  if (value.json === undefined || value.json === 'null') expect(json).toBeNull()
  else expect(exact(json!)).toEqual(exact(value.json))
  if (value.kind === 'float' && json !== null) expect(json).toContain('.')
  if (value.kind === 'integer') expect(json).toMatch(/^-?\d+$/)
  if (value.kind === 'decimal') expect(json).toBe(value.json)
}

/** NULL stays NULL, without a fault, in every type. */
export function expectAbsent(absent: readonly Kept[], values: readonly unknown[]): void {
  expect(absent.length).toBe(values.length)
  expect(
    absent.filter(({ json, fault }) => json !== null || fault !== null).map(({ column }) => column.type),
  ).toEqual([])
}
