import { describe, expect, it } from 'vitest'
import type { Sync } from '../../src/model/definition.ts'
import { UsageError } from '../../src/model/errors.ts'
import type { RunnableKind } from '../../src/model/words.ts'
import { selectSyncs } from '../../src/project/select-syncs.ts'
import { readSync } from '../../src/project/sync-definition.ts'

function sync(name: string, kind: RunnableKind, header: string): Sync {
  const defaults = {
    schedule: { text: 'hourly', cron: '0 * * * *', timezone: 'UTC' },
    guards: { maxRemoves: { unit: 'share', share: 0.2 }, minRows: 1 },
    refreshDays: 30,
    maxAttempts: 5,
  } as const
  return readSync({ file: `sql/x/${name}.sql`, name, kind }, `/* ---\n${header}\n--- */\nselect 1`, defaults)
    .sync
}

const SYNCS = [
  sync('churned', 'audience', 'tags: [winback, eu]'),
  sync('lapsed_eu', 'audience', 'tags: [winback]\nschedule: daily at 06:00'),
  sync('lapsed_us', 'audience', 'schedule: Every 60 minutes'),
  sync('quiz', 'properties', 'schedule: "*/15 * * * *"'),
]
const names = (...terms: string[]) => selectSyncs(SYNCS, terms).map((selected) => selected.name)

describe('selectSyncs', () => {
  it.each([
    [[], ['churned', 'lapsed_eu', 'lapsed_us', 'quiz']],
    [['quiz'], ['quiz']],
    [
      ['quiz', 'churned', 'quiz'],
      ['churned', 'quiz'],
    ],
    [['lapsed_*'], ['lapsed_eu', 'lapsed_us']],
    [['*_{us,eu}'], ['lapsed_eu', 'lapsed_us']],
    [['tag:winback'], ['churned', 'lapsed_eu']],
    [['tag:win*'], ['churned', 'lapsed_eu']],
    [['kind:properties'], ['quiz']],
    [
      ['kind:audience', 'quiz'],
      ['churned', 'lapsed_eu', 'lapsed_us', 'quiz'],
    ],
    [['schedule:hourly'], ['churned', 'lapsed_us']],
    [['schedule:daily at 6:00'], ['lapsed_eu']],
    [['schedule:every 15 minutes'], ['quiz']],
    [
      ['tag:eu', 'schedule:daily at 06:00'],
      ['churned', 'lapsed_eu'],
    ],
  ])('%j', (terms, expected) => {
    expect(names(...terms)).toEqual(expected)
  })

  it.each([
    ['chruned', 'no sync is called chruned', 'Did you mean churned?'],
    ['nothing_like_it', 'no sync is called nothing_like_it', 'Known: churned, lapsed_eu, lapsed_us, quiz.'],
    ['x*', 'no sync is called x*', 'Known: churned, lapsed_eu, lapsed_us, quiz.'],
    ['tag:winbak', 'no sync matches tag:winbak', 'Did you mean winback?'],
    ['kind:audiences', 'no sync matches kind:audiences', 'Did you mean audience?'],
    [
      'schedule:daily',
      'no sync matches schedule:daily',
      'Known: */15 * * * *, Every 60 minutes, daily at 06:00, hourly.',
    ],
    ['tag:', 'no sync matches tag:', 'Known: eu, winback.'],
  ])('refuses %s', (term, message, hint) => {
    expect(() => names('quiz', term)).toThrow(UsageError)
    expect(() => names('quiz', term)).toThrow(expect.objectContaining({ message, hint, exitCode: 2 }))
  })

  it('selects nothing from nothing without complaint', () => {
    expect(selectSyncs([], [])).toEqual([])
  })
})
