// Decides the random lives of one sync that the property tests of the ledger lead: definitions that change, rows that come,
// go and are refused, people in doubt.

import fc from 'fast-check'
import type { WriteSpec } from '../../src/ledger/shape.ts'
import { VALUE_KINDS, type ValueKind } from '../../src/model/words.ts'
import type { SourceValue } from '../../src/warehouse/port.ts'
import type { ModelRow, ModelWrite } from './sync-model.ts'
import { SAMPLES } from './values.ts'

export interface Doubted {
  readonly k: string
  /** Braze may hold anything; else it is only to be sent again. */
  readonly hard: boolean
  /** Which sample Braze holds by now, by attribute; beyond the samples: nothing. */
  readonly instead: readonly number[]
}

export interface Step {
  readonly writes: readonly ModelWrite[]
  readonly createUsers: boolean
  readonly rows: ReadonlyMap<string, ModelRow>
  readonly doubt: readonly Doubted[]
}

const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4']
const ATTRIBUTES = ['a0', 'a1', 'a2']

const kinds = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<ValueKind>('integer', 'decimal', 'text') },
  { weight: 2, arbitrary: fc.constantFrom(...VALUE_KINDS) },
)

const properties: fc.Arbitrary<ModelWrite[]> = fc
  .record({
    onLeave: fc.constantFrom('keep' as const, 'unset' as const),
    nulls: fc.constantFrom('unset' as const, 'omit' as const),
    attributes: fc.subarray(ATTRIBUTES, { minLength: 1 }),
    kinds: fc.array(kinds, { minLength: ATTRIBUTES.length, maxLength: ATTRIBUTES.length }),
  })
  .map(({ onLeave, nulls, attributes, kinds: chosen }) =>
    attributes.map((attribute, i) => ({ attribute, kind: chosen[i] ?? 'text', onLeave, nulls })),
  )

const flag: fc.Arbitrary<ModelWrite[]> = fc
  .constantFrom('false' as const, 'unset' as const, 'keep' as const)
  .map((onLeave) => [{ attribute: 'flag', kind: 'boolean', onLeave, nulls: 'unset' }])

const list: fc.Arbitrary<ModelWrite[]> = fc
  .record({
    onLeave: fc.constantFrom('remove' as const, 'keep' as const),
    element: fc.constantFrom('e1', "e'2"),
  })
  .map(({ onLeave, element }) => [{ attribute: 'lists', element, kind: 'boolean', onLeave, nulls: 'unset' }])

const definition = fc.oneof(
  { weight: 4, arbitrary: properties },
  { weight: 1, arbitrary: flag },
  { weight: 1, arbitrary: list },
)

/** A flag has no column of its own: its value is true for whoever is there. */
function rowsOf(writes: readonly ModelWrite[]): fc.Arbitrary<Map<string, ModelRow>> {
  const valuesFor = (write: ModelWrite) =>
    write.attribute === 'flag'
      ? fc.constant('true')
      : fc.option(fc.constantFrom(...SAMPLES[write.kind].map(({ json }) => json)), {
          nil: undefined,
          freq: 3,
        })
  const row = fc.record({ bad: fc.nat(6), values: fc.tuple(...writes.map(valuesFor)) }).map(
    ({ bad, values }): ModelRow => ({
      bad: bad === 0,
      values: Object.fromEntries(
        writes.flatMap((write, i) => {
          const value = values[i]
          return value === undefined ? [] : [[write.attribute, value]]
        }),
      ),
    }),
  )
  return fc
    .tuple(...PEOPLE.map(() => fc.option(row, { nil: undefined, freq: 3 })))
    .map((rows) => new Map(PEOPLE.flatMap((k, i) => (rows[i] === undefined ? [] : [[k, rows[i]]]))))
}

const doubt = fc.uniqueArray(
  fc.record({
    k: fc.constantFrom(...PEOPLE, 'stranger'),
    hard: fc.boolean(),
    instead: fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }),
  }),
  { selector: ({ k }) => k, maxLength: 3 },
)

const step = (writes: fc.Arbitrary<ModelWrite[]>): fc.Arbitrary<Step> =>
  writes.chain((chosen) =>
    fc.record({ writes: fc.constant(chosen), createUsers: fc.boolean(), rows: rowsOf(chosen), doubt }),
  )

/** Some steps keep the definition of the first one, so that plain changes of data are as frequent as new definitions. */
export const lives: fc.Arbitrary<Step[]> = definition.chain((first) =>
  fc.array(step(fc.oneof(fc.constant(first), definition)), { minLength: 1, maxLength: 4 }),
)

/** A result's column stands behind every write but memberships; the ledger only asks whether it is there. */
export const specOf = ({ attribute, element, kind, onLeave, nulls }: ModelWrite): WriteSpec => ({
  attribute,
  ...(element === undefined ? {} : { element }),
  valueKind: kind,
  onLeave,
  nulls,
  ...(element === undefined && attribute !== 'flag' ? { source: { column: attribute, value: UNUSED } } : {}),
})

const UNUSED: SourceValue = { kind: 'text', canonical: (expression) => expression }

/** The literal of a value that a row gives as JSON. */
export function literalOf(kind: ValueKind, json: string | undefined): string {
  if (json === undefined) return 'null'
  const sample = SAMPLES[kind].find((one) => one.json === json)
  if (sample === undefined) throw new Error(`no sample of ${kind} is ${json}`)
  return sample.sql
}
