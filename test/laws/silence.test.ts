// What a terminal, a log or an error shows of a whole life in which a lot goes wrong: no person, no value, no secret.

import { expect, it } from 'vitest'
import { brazier } from '../cli/support/brazier.ts'
import { makeWorld, type World } from '../support/world.ts'

const KEY = 'k3y-7f1d-never-shown'
/** Keys and values of people: none of them may be said. */
const PRIVATE = [
  'anna-8431-key',
  'boris-2277-key',
  'Geheimstadt',
  'Verborgenheim',
  'no-address-5519',
  '86421357',
  // Quotes within a value must not hide where it ends.
  'Brien',
  'Kowalski',
]
const CITY = `${PRIVATE[2]} O'Brien "Nan" Kowalski`

const SYNCS = {
  'sql/audiences/vip.sql': 'select id as external_id from people where score > 1',
  'sql/properties/facts.sql':
    '/* ---\non_leave: unset\n--- */\nselect id as external_id, city, score, mail as email from people',
}

interface Said {
  readonly words: string
  readonly code: number | null
  readonly text: string
}

function expectSilence({ words, text }: Said): void {
  for (const secret of [...PRIVATE, KEY])
    expect([words, secret, text.includes(secret)]).toEqual([words, secret, false])
}

it.each(['duckdb', 'postgres'] as const)(
  'Law 9: on %s, nothing that is printed or kept as an error names a person, a value or a secret',
  async (on) => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(50), city varchar(300), score integer, mail varchar(50))',
        `insert into people values ('${PRIVATE[0]}', '${CITY.replace("'", "''")}', ${PRIVATE[5]}, '${PRIVATE[4]}'), ('${PRIVATE[1]}', '${PRIVATE[3]}', 1, null)`,
      ],
      syncs: SYNCS,
      config: { guards: { max_removes: '100%', min_rows: 0 } },
      sandbox: { apiKeys: [KEY] },
    })
    const said: Said[] = []
    const type = async (words: string): Promise<Said> => {
      const { code, stdout, stderr } = await brazier([...words.split(' '), '--project', world.directory], {
        env: { BRAZE_API_KEY: KEY },
      })
      const one = { words, code, text: `${stdout}\n${stderr}` }
      expectSilence(one)
      said.push(one)
      return one
    }
    for (const words of ['check', 'plan --json', 'plan', 'sync --verbose']) await type(words)
    expect(said.at(-1)?.code).toBe(4)
    await type('rejections')
    await type('rejections --json')
    expect(said.at(-1)?.text).toContain('facts')
    await refusedByBraze(world, type)
    await brokenSql(world, type, on)
    for (const words of ['status', 'status --json', 'runs', 'runs --json', 'retire vip --verbose'])
      await type(words)
    await keptAsErrors(world)
  },
  60_000,
)

type Type = (words: string) => Promise<Said>

async function refusedByBraze(world: World, type: Type): Promise<void> {
  world.sandbox.faults.inject({ kind: 'unauthorized' })
  await world.sql(`update people set score = score + 1 where score < 10`)
  expect((await type('sync --verbose')).code).toBe(1)
  expect((await type('sync --verbose --json')).code).toBe(0)
  // Braze may quote whom it refuses.
  const quotes = `Value "${PRIVATE[2]}" of ${PRIVATE[0]} is bad: ${PRIVATE[5]} (key ${KEY})`
  const object = { external_id: PRIVATE[0] ?? '' }
  world.sandbox.faults.inject({ kind: 'refuse', type: quotes, object })
  expect((await type('resync facts --verbose')).code).toBe(4)
  await type('rejections')
  await type('rejections --json')
  world.sandbox.faults.clear()
  const body = JSON.stringify({ message: quotes })
  world.sandbox.faults.inject({ kind: 'status', status: 400, body, object })
  await type('resync --verbose facts')
  world.sandbox.faults.clear()
  world.sandbox.faults.inject({ kind: 'garbage', body: quotes })
  await type('resync --verbose facts')
}

/** Errors that quote a value without marks around it, or take it for a name. */
const QUOTING = {
  duckdb: [
    "strptime(city, '%Y')",
    "regexp_matches('x', city || '(')",
    'error(city)',
    'now() at time zone city',
  ],
  postgres: [
    "to_tsquery(city || ' x')::text",
    'current_setting(city)',
    'city::regclass::text',
    "'x' ~ (city || '(')",
  ],
}

const BROKEN = ['plan broken --verbose', 'sync broken --verbose --json']

async function brokenSql(world: World, type: Type, on: keyof typeof QUOTING): Promise<void> {
  const quoting = QUOTING[on].map((value) => `select id as external_id, ${value} as n from people`)
  for (const sql of [
    ...quoting,
    'select id as external_id, cast(city as integer) as n from people',
    'select id as external_id, cast(id as date) as n from people',
    'select id as external_id, cast(score as smallint) as n from people',
    `select id as external_id, cast('[' || city as json) as n from people`,
    'select id as external_id, 1 as n from people union all select id, 2 from people',
    "select case when score > 2 then id else ' ' end as external_id, 1 as n from people",
  ]) {
    const isQuoting = quoting.includes(sql)
    await world.write('sql/properties/broken.sql', sql)
    if (sql === quoting[0]) await type('check --verbose')
    for (const words of BROKEN) if (!isQuoting || words.startsWith('sync')) await type(words)
    expect([sql, (await type('sync broken')).code]).toEqual([sql, 1])
    const report = await world.sync(['broken'], { env: { BRAZE_API_KEY: KEY } })
    const text = `${report.error?.stack} ${JSON.stringify(report)} ${JSON.stringify(world.log)}`
    expectSilence({ words: sql, code: 1, text })
  }
  await world.remove('sql/properties/broken.sql')
}

/** The ledger keeps people, but not in what it says of runs; and never the key. */
async function keptAsErrors(world: World): Promise<void> {
  const told = [
    await world.ledger('select * from runs'),
    await world.ledger('select error, held_by from run_syncs'),
    await world.ledger('select attribute, reason from rejections'),
    await world.ledger('select * from destinations'),
  ]
  expectSilence({ words: 'the ledger', code: 0, text: JSON.stringify(told) })
}
