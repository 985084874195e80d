import { describe, expect, it } from 'vitest'
import type { Trigger } from '../../src/ledger/triggers.ts'
import { place } from '../../src/serve/queue.ts'

const wish = (run: string, of: Partial<Trigger> = {}): Trigger => ({
  run,
  command: 'sync',
  origin: 'request',
  selection: [],
  plan: null,
  askedBy: null,
  ...of,
})

const placed = (waiting: readonly Trigger[], one: Trigger) => {
  const found = place(waiting, one, 3)
  return (
    found && [found.trigger.run, found.joined, found.widened, found.trigger.selection, found.waiting.length]
  )
}

describe('the queue', () => {
  it.each([
    ['the first waits', [], wish('b', { selection: ['vip'] }), ['b', false, false, ['vip'], 1]],
    [
      'another joins it, and widens it',
      [wish('a', { selection: ['vip'] })],
      wish('b', { selection: ['tag:x', 'vip'] }),
      ['a', true, true, ['vip', 'tag:x'], 1],
    ],
    [
      'one that asks for what is asked for already changes nothing',
      [wish('a', { selection: ['vip', 'quiz'] })],
      wish('b', { selection: ['quiz'] }),
      ['a', true, false, ['vip', 'quiz'], 1],
    ],
    ['everything swallows names', [wish('a', { selection: ['vip'] })], wish('b'), ['a', true, true, [], 1]],
    ['names join everything', [wish('a')], wish('b', { selection: ['vip'] }), ['a', true, false, [], 1]],
    ['a dry run joins no run', [wish('a')], wish('b', { command: 'plan' }), ['b', false, false, [], 2]],
    [
      'a dry run joins one of the same selection, in whatever order',
      [wish('a', { command: 'plan', selection: ['x', 'y'] })],
      wish('b', { command: 'plan', selection: ['y', 'x'] }),
      ['a', true, false, ['x', 'y'], 1],
    ],
    [
      'a dry run of something else waits by itself',
      [wish('a', { command: 'plan', selection: ['x'] })],
      wish('b', { command: 'plan', selection: ['y'] }),
      ['b', false, false, ['y'], 2],
    ],
    [
      'a plan is approved once',
      [wish('a', { command: 'apply', plan: 'p-1' })],
      wish('b', { command: 'apply', plan: 'p-1' }),
      ['a', true, false, [], 1],
    ],
    [
      'another plan is another run',
      [wish('a', { command: 'apply', plan: 'p-1' })],
      wish('b', { command: 'apply', plan: 'p-2' }),
      ['b', false, false, [], 2],
    ],
  ])('%s', (_case, waiting, one, expected) => {
    expect(placed(waiting, one)).toEqual(expected)
  })

  it('takes no more than it may, but whoever joins takes no place', () => {
    const waiting = ['p-1', 'p-2', 'p-3'].map((plan) => wish(plan, { command: 'apply', plan }))
    expect(place(waiting, wish('b'), 3)).toBeUndefined()
    expect(placed(waiting, wish('b', { command: 'apply', plan: 'p-2' }))).toEqual(['p-2', true, false, [], 3])
  })
})
