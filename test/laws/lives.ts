// Decides the random lives that the laws are tried on: days of a shop, definitions that change, replies that go wrong; and
// what Braze should hold at the end, computed from the rows alone, without any of the product's code.

import fc from 'fast-check'
import type { Fault } from '../../src/sandbox/fault.ts'
import type { People, World } from '../support/world.ts'

export interface Person {
  readonly vip: boolean
  readonly gold: boolean
  readonly club: boolean
  readonly city: string | null
  readonly score: number | null
  /** A good address, one that Braze refuses, or none. */
  readonly mail: 'good' | 'better' | 'bad' | null
}

/** People by id; who is missing is not in the warehouse. */
export type Day = Readonly<Record<string, Person>>

export interface Definitions {
  readonly vipAttribute: 'vip' | 'vips'
  readonly facts: 'city, score' | 'city' | 'score, city as town'
}

export interface Step {
  readonly day: Day
  readonly definitions: Definitions
  readonly faults: readonly Fault[]
}

/** Ids that a careless quote or a careless case would lose. */
const IDS = ['ann', 'Ann', "o'neil", 'say "hi"', 'zoë 😀', 'back\\slash', '42', '0042', 'a,b']
/** One character more than Braze takes. */
export const TOO_LONG = 'x'.repeat(256)
const CITIES = ['Oslo', "L'Aquila", 'São "Paulo"', '', TOO_LONG]

const person: fc.Arbitrary<Person> = fc.record({
  vip: fc.boolean(),
  gold: fc.boolean(),
  club: fc.boolean(),
  city: fc.constantFrom(...CITIES, null, null),
  score: fc.constantFrom(0, -1, 7, null),
  mail: fc.constantFrom('good' as const, 'better' as const, 'bad' as const, null),
})

export const days: fc.Arbitrary<Day> = fc
  .tuple(...IDS.map(() => fc.option(person, { nil: undefined, freq: 4 })))
  .map((people) =>
    Object.fromEntries(IDS.flatMap((id, i) => (people[i] === undefined ? [] : [[id, people[i]]]))),
  )

const definitions: fc.Arbitrary<Definitions> = fc.record({
  vipAttribute: fc.constantFrom('vip' as const, 'vips' as const),
  facts: fc.constantFrom('city, score' as const, 'city' as const, 'score, city as town' as const),
})

const after = fc.nat(3)
const times = fc.integer({ min: 1, max: 3 })
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constant('drop' as const),
    when: fc.constantFrom('before' as const, 'after' as const, 'midway' as const),
    after,
    times,
  }),
  fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(500, 503), after, times }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constant(400),
    body: fc.constant('{"message":"something is wrong"}'),
    after,
    times,
  }),
  fc.record({ kind: fc.constant('garbage' as const), after, times }),
  fc.record({ kind: fc.constant('unindexed_error' as const), after, times }),
  fc.record({ kind: fc.constant('rate_limited' as const), seconds: fc.constant(0), after, times }),
  fc.record({ kind: fc.constant('unauthorized' as const), after }),
  fc.record({
    kind: fc.constant('refuse' as const),
    object: fc.record({ external_id: fc.constantFrom(...IDS) }),
    times: fc.constant('always' as const),
  }),
)

const step: fc.Arbitrary<Step> = fc.record({
  day: days,
  definitions,
  faults: fc.array(fault, { maxLength: 3 }),
})

export const lives: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 3 })

export const CREATE =
  'create table people (id varchar(50), vip boolean, gold boolean, club boolean, city varchar(300), score integer, mail varchar(300))'

const text = (value: string | null) => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`)

/** No two people share one. */
const mailOf = (id: string, mail: Person['mail']): string | null => {
  if (mail === null) return null
  return mail === 'bad' ? `no address ${IDS.indexOf(id)}` : `${mail}${IDS.indexOf(id)}@example.com`
}

export async function setDay(world: World, day: Day): Promise<void> {
  const rows = Object.entries(day).map(
    ([id, { vip, gold, club, city, score, mail }]) =>
      `(${text(id)}, ${vip}, ${gold}, ${club}, ${text(city)}, ${score}, ${text(mailOf(id, mail))})`,
  )
  await world.sql('delete from people', ...(rows.length === 0 ? [] : [`insert into people values ${rows}`]))
}

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

export function syncsOf({ vipAttribute, facts }: Definitions): Record<string, string> {
  return {
    'sql/audiences/vip.sql': header(
      `attribute: ${vipAttribute}`,
      'select id as external_id from people where vip',
    ),
    'sql/audiences/gold.sql': header('on_leave: unset', 'select id as external_id from people where gold'),
    'sql/audiences/club.sql': header('membership: list', 'select id as external_id from people where club'),
    'sql/properties/facts.sql': header('on_leave: unset', `select id as external_id, ${facts} from people`),
    'sql/properties/kept.sql': header(
      'nulls: omit\nrename: { city: last_city }',
      'select id as external_id, city from people',
    ),
    'sql/properties/mails.sql': header(
      'on_leave: unset\nmax_attempts: 2',
      'select id as external_id, mail as email from people',
    ),
  }
}

/** The same day with everything put right that keeps a row or a value back. */
export const mended = (day: Day): Day =>
  Object.fromEntries(
    Object.entries(day).map(([id, person]) => [
      id,
      {
        ...person,
        city: person.city === TOO_LONG ? 'mended' : person.city,
        mail: person.mail === 'bad' ? ('good' as const) : person.mail,
      },
    ]),
  )

/** What Braze should hold of us at the end of a day on which nothing is wrong; without `last_city`, which has a past. */
export function expectedOf(day: Day, { vipAttribute, facts }: Definitions): People {
  return sorted(
    Object.entries(day).map(([id, { vip, gold, club, city, score, mail }]) => {
      const held: Record<string, string> = {}
      if (vip) held[vipAttribute] = 'true'
      if (gold) held.gold = 'true'
      if (club) held.audiences = '["club"]'
      if (city !== null) held[facts === 'score, city as town' ? 'town' : 'city'] = JSON.stringify(city)
      if (score !== null && facts !== 'city') held.score = String(score)
      if (mail !== null) held.email = JSON.stringify(mailOf(id, mail))
      return [id, held]
    }),
  )
}

/** What Braze holds of us: a flag that is false and an empty list are nothing. */
export function heldByBraze(people: People): People {
  const isSomething = ([name, json]: [string, string]) =>
    name !== 'last_city' &&
    !(['vip', 'vips'].includes(name) && json === 'false') &&
    !(name === 'audiences' && json === '[]')
  return sorted(
    Object.entries(people).map(([id, held]) => [
      id,
      Object.fromEntries(Object.entries(held).filter(isSomething)),
    ]),
  )
}

const sorted = (people: readonly (readonly [string, Record<string, string>])[]): People =>
  Object.fromEntries(
    people
      .filter(([, held]) => Object.keys(held).length > 0)
      .map(([id, held]) => [id, Object.fromEntries(Object.entries(held).sort())] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
