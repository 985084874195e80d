import { describe, expect, it } from 'vitest'
import { syncOf, withHeader } from './read-as.ts'

describe('the hash', () => {
  const base = syncOf('audience', 'select 1').hash
  const properties = syncOf('properties', 'select 1').hash

  it.each([
    'description: other',
    'tags: [x]',
    'schedule: daily',
    'timezone: UTC',
    'guards: { max_removes: 1 }',
    'was: former',
    'attribute: vip',
    '# a remark\n# and another',
  ])('stays with %j', (header) => {
    expect(syncOf('audience', withHeader(header, 'select 1;')).hash).toBe(base)
  })

  it.each([
    'attribute: other',
    'membership: list',
    'on_leave: keep',
    'create_users: false',
    'refresh: 31 days',
    'bad_keys: withhold',
    'max_attempts: 6',
  ])('moves with %j', (header) => {
    expect(syncOf('audience', withHeader(header, 'select 1')).hash).not.toBe(base)
  })

  it.each(['rename: { a: b }', 'prefix: x', 'nulls: omit', 'on_leave: unset', 'round: 1'])(
    'moves with %j',
    (header) => {
      expect(syncOf('properties', withHeader(header, 'select 1')).hash).not.toBe(properties)
    },
  )

  it('moves with the SQL and the kind, not with the order of renames', () => {
    expect(syncOf('audience', 'select 2').hash).not.toBe(base)
    expect(properties).not.toBe(base)
    expect(syncOf('properties', withHeader('rename: { a: x, b: y }')).hash).toBe(
      syncOf('properties', withHeader('rename: { b: y, a: x }')).hash,
    )
  })
})
