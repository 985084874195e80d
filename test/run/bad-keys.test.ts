import { describe, expect, it } from 'vitest'
import { badKeys } from '../../src/run/bad-keys.ts'

const none = { rows: 300, nulls: 0, blanks: 0, duplicates: 0 }
const of = (over: Partial<typeof none>, columns = ['email']) =>
  badKeys('sql/audiences/vip.sql', columns, { ...none, ...over })

describe('bad keys', () => {
  it.each([
    [{ nulls: 1 }, '1 of 300 rows has a null key'],
    [{ nulls: 2 }, '2 of 300 rows have a null key'],
    [{ blanks: 1 }, '1 of 300 rows has a blank key'],
    [{ rows: 1, blanks: 1 }, '1 of 1 row has a blank key'],
    [{ duplicates: 1 }, '1 key stands on more than one row'],
    [{ duplicates: 1200 }, '1,200 keys stand on more than one row'],
    [
      { rows: 6, nulls: 1, blanks: 2, duplicates: 1 },
      '1 of 6 rows has a null key, 2 have a blank key, 1 key stands on more than one row',
    ],
  ])('%o are counted as one would say it', (over, text) => {
    expect(of(over).message).toBe(`sql/audiences/vip.sql: ${text}`)
  })

  it('each has a remedy of its own, and all may be withheld', () => {
    const withhold = 'Or say `bad_keys: withhold` in the header: those rows are left out.'
    expect(of({ nulls: 1 }).hint).toBe(
      `Leave out the rows whose email is null (\`where … is not null\`). ${withhold}`,
    )
    expect(of({ nulls: 1, blanks: 1 }, ['alias_name', 'alias_label']).hint).toBe(
      `Leave out the rows whose alias_name or alias_label is blank (\`where trim(…) <> ''\`). ${withhold}`,
    )
    expect(of({ duplicates: 1 }).hint).toBe(
      `Return each person once: group by, distinct, or row_number() = 1. ${withhold}`,
    )
    expect(of({ nulls: 1, duplicates: 1 }).hint).toContain('is not null`). Return each person once')
  })
})
