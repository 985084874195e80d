import { describe, expect, it } from 'vitest'
import { didYouMean, nearest } from '../../src/model/nearest.ts'

describe('nearest', () => {
  it.each([
    ['audience', ['audiences', 'properties'], 'audiences'],
    ['prefx', ['prefix', 'rename'], 'prefix'],
    ['pahse', ['phase', 'pause'], 'phase'],
    ['HOURLY', ['daily', 'hourly'], 'hourly'],
    ['x', ['y'], 'y'],
    ['banana', ['audiences', 'properties'], undefined],
    ['ab', ['xy'], undefined],
  ])('%s among %j is %s', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected)
  })

  it('lists what is known when nothing is close', () => {
    expect(didYouMean('banana', ['one', 'two'])).toBe('Known: one, two.')
    expect(didYouMean('tow', ['one', 'two'])).toBe('Did you mean two?')
  })
})
