// A part of an object may create its person only by a set value, or an add, of a sync that creates people.

import { describe, expect, it } from 'vitest'
import type { Slot } from '../../src/ledger/slots.ts'
import { creators } from '../../src/run/may-create.ts'

const write = { column: 'x', valueKind: 'boolean', onLeave: 'false', nulls: 'unset' } as const
const flag = (attribute: string): Slot => ({ attribute, target: { ...write, attribute }, held: [] })
const column = (attribute: string): Slot => ({
  attribute,
  target: { ...write, attribute, onLeave: 'unset' },
  held: [],
})
const element = (name: string): Slot => ({
  attribute: 'audiences',
  element: name,
  target: { ...write, attribute: 'audiences', element: name },
  held: [],
})
const gone = (attribute: string): Slot => ({ attribute, held: [{ ...write, attribute }] })
const sync = (createUsers: boolean, ...slots: Slot[]) => ({ definition: { createUsers, slots } }) as never

const may = creators([
  sync(true, flag('vip'), column('consent'), element('big'), gone('old')),
  sync(false, flag('known'), column('n'), element('small')),
])

describe('a member', () => {
  it.each([
    ['vip', 'true'],
    ['consent', 'true'],
    ['consent', 'false'],
    ['consent', '"yes"'],
    ['audiences', '{"add":["small","big"]}'],
    ['audiences', '{"add":["big"],"remove":["small"]}'],
  ])('%s: %s may create', (name, value) => {
    expect(may(name, value)).toBe(true)
  })

  it.each([
    ['a leaver of a flag', 'vip', 'false'],
    ['an unset', 'vip', 'null'],
    ['an unset', 'consent', 'null'],
    ['a remove', 'audiences', '{"remove":["big"]}'],
    ['a column that is gone', 'old', 'false'],
    ['a sync that creates nobody', 'known', 'true'],
    ['a sync that creates nobody', 'n', '5'],
    ['a sync that creates nobody', 'audiences', '{"add":["small"],"remove":["big"]}'],
  ])('of %s, %s: %s, may not', (_, name, value) => {
    expect(may(name, value)).toBe(false)
  })
})
