// Decides a small shop whose days differ, and what Braze should hold at the end of each day: computed here, from the same
// rows, without any of the product's code.

import { expect } from 'vitest'
import type { People, World, WorldOptions } from '../support/world.ts'

export interface Customer {
  readonly id: string
  readonly spend: number
  readonly city: string | null
  readonly club: boolean
}

/** Few objects in a request, so that a handful of people makes several. */
export const OBJECTS_PER_REQUEST = 4

export const SHOP: Pick<WorldOptions, 'syncs' | 'config' | 'data'> = {
  syncs: {
    'sql/audiences/vip.sql': 'select id as external_id from customers where spend >= 500',
    'sql/audiences/club.sql':
      '/* ---\nmembership: list\n--- */\nselect id as external_id from customers where club',
    'sql/properties/facts.sql':
      '/* ---\non_leave: unset\n--- */\nselect id as external_id, city, spend from customers',
  },
  config: {
    braze: { objects_per_request: OBJECTS_PER_REQUEST },
    guards: { max_removes: '100%', min_rows: 0 },
  },
  data: ['create table customers (id text, spend int, city text, club boolean)'],
}

/** Day n: whom the shop knows then, and what of them. Neighbouring days differ in about half of the people. */
export function customersOf(day: number, people = 24): Customer[] {
  const cities = ['Oslo', 'Zürich', null, 'São Paulo']
  return Array.from({ length: people }, (_, i) => ({ i, turn: (i * 7 + day * 5) % 12 }))
    .filter(({ turn }) => turn > 1)
    .map(({ i, turn }) => ({
      id: `c${i}`,
      spend: ((i + day * (i % 3)) % 10) * 100,
      city: cities[(i + (i % 2) * day) % cities.length] ?? null,
      club: turn % 3 === 0,
    }))
}

export async function setDay(world: World, customers: readonly Customer[]): Promise<void> {
  const rows = customers.map(
    ({ id, spend, city, club }) => `('${id}', ${spend}, ${city === null ? 'null' : `'${city}'`}, ${club})`,
  )
  const insert = rows.length === 0 ? [] : [`insert into customers values ${rows.join(', ')}`]
  await world.sql('delete from customers', ...insert)
}

/** People of whom Braze holds something of ours: a flag that is false and an empty list are nothing. */
export function heldByBraze(people: People): People {
  return sortedPeople(
    Object.entries(people).map(([id, held]) => {
      const { vip, audiences, ...rest } = held
      return [
        id,
        {
          ...rest,
          ...(vip === undefined || vip === 'false' ? {} : { vip }),
          ...(audiences === undefined || audiences === '[]' ? {} : { audiences }),
        },
      ]
    }),
  )
}

export function expectedOf(customers: readonly Customer[]): People {
  return sortedPeople(
    customers.map(({ id, spend, city, club }) => [
      id,
      {
        spend: String(spend),
        ...(city === null ? {} : { city: JSON.stringify(city) }),
        ...(spend >= 500 ? { vip: 'true' } : {}),
        ...(club ? { audiences: '["club"]' } : {}),
      },
    ]),
  )
}

const sortedPeople = (people: readonly (readonly [string, Record<string, string>])[]): People =>
  Object.fromEntries(
    people
      .filter(([, held]) => Object.keys(held).length > 0)
      .map(([id, held]) => [id, Object.fromEntries(Object.entries(held).sort())] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** Braze holds that day, exactly, and was never sent what it must not be sent. */
export function expectDay(world: World, customers: readonly Customer[], label: string): void {
  const { duplicatesInRequest, duplicateKeys, concurrentSamePerson, silentDrops } = world.sandbox.meter
  expect([duplicatesInRequest, duplicateKeys, concurrentSamePerson, silentDrops.total], label).toEqual([
    0, 0, 0, 0,
  ])
  expect(heldByBraze(world.profiles()), label).toEqual(expectedOf(customers))
}
