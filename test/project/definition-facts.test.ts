import { describe, expect, it } from 'vitest'
import { declaredWrites } from '../../src/project/definition-facts.ts'

describe('declaredWrites', () => {
  it('of a flag is its attribute', () => {
    const audience = { membership: 'flag', attribute: 'vip', element: 'x', onLeave: 'false' } as const
    expect(declaredWrites({ audience })).toEqual([{ attribute: 'vip' }])
  })

  it('of a list is attribute and element', () => {
    const audience = { membership: 'list', attribute: 'audiences', element: 'x', onLeave: 'remove' } as const
    expect(declaredWrites({ audience })).toEqual([{ attribute: 'audiences', element: 'x' }])
  })

  it('of properties are the renamed columns', () => {
    const properties = { rename: { a: 'b', c: 'd' }, prefix: 'p_', nulls: 'unset', onLeave: 'keep' } as const
    expect(declaredWrites({ properties })).toEqual([
      { attribute: 'b', column: 'a' },
      { attribute: 'd', column: 'c' },
    ])
  })
})
