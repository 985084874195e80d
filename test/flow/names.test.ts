// Names that JavaScript's own objects have already: a column, a sync or an attribute may be called the same.

import { describe, expect, it } from 'vitest'
import { makeWorld } from '../support/world.ts'
import { braze, good, KINDS, of } from './look.ts'

describe.each(KINDS)('names of every kind on %s', (on) => {
  it('reach Braze as columns, renamed or not, and are counted when they are taken back', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), a integer, b integer, c integer, d integer, e integer)',
        `insert into people values ('ann', 1, 2, 3, 4, 5), ('bob', 10, 20, 30, 40, 50)`,
      ],
      syncs: {
        'sql/properties/constructor.sql': `/* ---
rename: { valueOf: constructor, e: valueOf }
--- */
select id as external_id, a as "valueOf", b as "toString", c as "__proto__", d as "hasOwnProperty", e from people`,
      },
      config: { guards: { max_removes: 1 } },
    })
    good(await world.sync())
    const held = (person: string) => Object.entries(braze(world)[person] ?? {}).sort()
    expect(held('bob')).toEqual([
      ['__proto__', '30'],
      ['constructor', '10'],
      ['hasOwnProperty', '40'],
      ['toString', '20'],
      ['valueOf', '50'],
    ])
    await world.sql(`update people set a = null, c = null where id = 'bob'`)
    const { syncs } = await world.plan()
    expect(Object.entries(syncs[0]?.numbers.lost ?? {})).toEqual([
      ['constructor', 1],
      ['__proto__', 1],
    ])
    good(await world.sync())
    expect(held('bob').map(([name]) => name)).toEqual(['hasOwnProperty', 'toString', 'valueOf'])

    // The day's removes are counted on, by the same names.
    await world.sql(`update people set a = null, c = null, e = 6 where id = 'ann'`)
    expect(of(await world.sync(), 'constructor').heldBy).toEqual([
      'max_removes: constructor would be taken back from 1 person, 1 more within 24 hours (limit 1)',
      'max_removes: __proto__ would be taken back from 1 person, 1 more within 24 hours (limit 1)',
    ])
  })
})
