import { expect, it } from 'vitest'
import type { Sync } from '../../src/model/definition.ts'
import { meetings, type Writer } from '../../src/run/meetings.ts'

const writer = (name: string, writes: Writer['writes'], orphan = false): Writer => ({
  name,
  file: orphan ? '' : `sql/properties/${name}.sql`,
  orphan,
  writes,
})

const stopped = (writers: readonly Writer[], selected: readonly string[]) => {
  const syncs = selected.map((name) => ({ name, file: `sql/properties/${name}.sql` }) as Sync)
  return Object.fromEntries([...meetings(writers, syncs)].map(([name, error]) => [name, error.message]))
}

it('lets syncs be that write different attributes', () => {
  const writers = [writer('a', [{ attribute: 'city' }]), writer('b', [{ attribute: 'City' }])]
  expect(stopped(writers, ['a', 'b'])).toEqual({})
})

it('stops both of two that write one attribute', () => {
  const writers = [
    writer('a', [{ attribute: 'x' }, { attribute: 'city' }]),
    writer('b', [{ attribute: 'city' }]),
    writer('c', [{ attribute: 'y' }]),
  ]
  expect(stopped(writers, ['a', 'b', 'c'])).toEqual({
    a: 'sql/properties/a.sql: the attribute city is written by sql/properties/b.sql too',
    b: 'sql/properties/b.sql: the attribute city is written by sql/properties/a.sql too',
  })
})

it('stops the selected one also when the other is not selected', () => {
  const writers = [writer('a', [{ attribute: 'city' }]), writer('b', [{ attribute: 'city' }])]
  expect(Object.keys(stopped(writers, ['b']))).toEqual(['b'])
})

it('lets list memberships of one attribute meet, but not twice the same element, nor a list and a whole attribute', () => {
  const [one, two] = [
    writer('a', [{ attribute: 'audiences', element: 'a' }]),
    writer('b', [{ attribute: 'audiences', element: 'b' }]),
  ]
  expect(stopped([one, two], ['a', 'b'])).toEqual({})
  const same = writer('c', [{ attribute: 'audiences', element: 'a' }])
  expect(Object.keys(stopped([one, two, same], ['a', 'b', 'c']))).toEqual(['a', 'c'])
  const whole = writer('d', [{ attribute: 'audiences' }])
  expect(Object.keys(stopped([one, two, whole], ['a', 'b', 'd']))).toEqual(['a', 'b', 'd'])
})

it('refuses what an orphan still holds, and names both ways out', () => {
  const writers = [writer('new', [{ attribute: 'vip' }]), writer('old', [{ attribute: 'vip' }], true)]
  const errors = meetings(writers, [{ name: 'new', file: 'sql/audiences/new.sql' } as Sync])
  expect(errors.get('new')?.message).toBe(
    'sql/audiences/new.sql: the attribute vip still belongs to old, whose file is gone',
  )
  expect(errors.get('new')?.hint).toContain('was: old')
  expect(errors.get('new')?.hint).toContain('brazier retire old')
})
