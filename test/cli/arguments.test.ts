import { describe, expect, it } from 'vitest'
import { seconds, wholeNumber } from '../../src/cli/arguments.ts'

describe('values of options', () => {
  it.each([
    [undefined, 0],
    ['30s', 30],
    [' 10m ', 600],
    ['1 hour', 3600],
  ])('--wait %s is %d seconds', (text, expected) => expect(seconds('--wait', text)).toBe(expected))

  it.each(['soon', '10', '-1m', '0s'])('--wait %s is refused', (text) =>
    expect(() => seconds('--wait', text)).toThrow(expect.objectContaining({ exitCode: 2 })),
  )

  it('a whole number within its range', () => {
    const range = { least: 1, most: 100 }
    expect(wholeNumber('--limit', '100', range)).toBe(100)
    for (const text of ['0', '101', '1e2', '1.5', '', 'all'])
      expect(() => wholeNumber('--limit', text, range)).toThrow(
        '--limit must be a whole number from 1 to 100',
      )
  })
})
