import { describe, expect, it } from 'vitest'
import { count, counted, distance, indented, length, moment } from '../../src/cli/format.ts'

describe('numbers', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1204, '1,204'],
    [12_345_678, '12,345,678'],
  ])('%d is %s', (value, text) => expect(count(value)).toBe(text))

  it('has one word for one and another for many', () => {
    expect(counted(1, 'request')).toBe('1 request')
    expect(counted(0, 'request')).toBe('0 requests')
    expect(counted(1204, 'person', 'people')).toBe('1,204 people')
  })
})

describe('lengths of time', () => {
  it.each([
    [0, '0 s'],
    [0.06, '0.1 s'],
    [9.94, '10 s'],
    [12.4, '12 s'],
    [60, '1 min'],
    [185, '3 min 5 s'],
    [3600, '1 h'],
    [7830, '2 h 10 min'],
    [273_600, '3 d 4 h'],
  ])('%d seconds are %s', (seconds, text) => expect(length(seconds)).toBe(text))
})

describe('moments', () => {
  const now = new Date('2026-11-22T03:05:00Z')

  it('are told in UTC to the minute', () => {
    expect(moment(now)).toBe('2026-11-22 03:05 UTC')
    expect(moment('2026-01-02T23:59:59.999Z')).toBe('2026-01-02 23:59 UTC')
  })

  it.each([
    ['2026-11-22T03:04:48Z', '12 s ago'],
    ['2026-11-22T02:53:00Z', '12 min ago'],
    ['2026-11-21T03:05:00Z', '24 h ago'],
    ['2026-11-15T03:05:00Z', '7 d ago'],
    ['2026-11-22T03:05:40Z', 'in 40 s'],
    ['2026-11-22T06:05:00Z', 'in 3 h'],
  ])('%s is %s', (at, text) => expect(distance(at, now)).toBe(text))
})

it('moves every line that is not empty to the right', () => {
  expect(indented('a\n\nb', 4)).toBe('    a\n\n    b')
})
