import { describe, expect, it } from 'vitest'
import { paintFor } from '../../src/cli/paint.ts'
import { checkJson, checkText } from '../../src/cli/print/check-text.ts'
import { rejectionsText, runsText } from '../../src/cli/print/records-text.ts'
import { statusReport } from '../../src/cli/print/status-text.ts'
import type { Sync } from '../../src/model/definition.ts'
import { SyncError } from '../../src/model/errors.ts'
import type { CheckReport } from '../../src/run/check-syncs.ts'
import { emptyState, type SyncState } from '../../src/run/status.ts'

const plain = paintFor(false)
const now = new Date('2026-11-22T03:05:00Z')

const sync = (name: string, over: Partial<Sync> = {}): Sync =>
  ({
    name,
    kind: 'audience',
    file: `sql/audiences/${name}.sql`,
    schedule: { text: 'hourly', cron: '0 * * * *', timezone: 'UTC' },
    ...over,
  }) as Sync

describe('a check', () => {
  const report: CheckReport = {
    syncs: [
      {
        sync: sync('vip'),
        shape: {
          identity: 'external_id',
          keyColumns: ['external_id'],
          writes: [
            {
              attribute: 'audiences',
              element: 'vip',
              valueKind: 'boolean',
              onLeave: 'remove',
              nulls: 'unset',
            },
          ],
          unused: ['email'],
        },
        warnings: ['people are named by external_id; email is not used'],
        error: undefined,
      },
      {
        sync: sync('quiz'),
        shape: undefined,
        warnings: [],
        error: new SyncError('sql/audiences/quiz.sql:2: no such table', { hint: 'Correct the SQL.' }),
      },
    ],
    orphans: [{ name: 'old', size: 3 }],
    warnings: ['the role can write'],
  }

  it('reads line by line', () => {
    expect(checkText(report, plain)).toBe(
      `
sync, attribute   kind, type    on leave  person       schedule  verdict
vip               audience                external_id  hourly    ok
  audiences: vip  list element  remove
quiz              audience                             hourly    failed

warning vip: people are named by external_id; email is not used
warning the role can write
orphan old: its file is gone, but Braze still holds what it wrote for 3 people
    To take it back: brazier retire old

failed quiz: sql/audiences/quiz.sql:2: no such table
    Correct the SQL.

failed: 1 sync of 2; no rows read, nothing sent`.trim(),
    )
  })

  it('is one object for machines', () => {
    expect(checkJson(report)).toMatchObject({
      status: 'failed',
      syncs: [
        { name: 'vip', identity: 'external_id', writes: [{ attribute: 'audiences', element: 'vip' }] },
        { name: 'quiz', identity: null, writes: [], error: 'sql/audiences/quiz.sql:2: no such table' },
      ],
      orphans: [{ name: 'old', size: 3 }],
    })
  })
})

describe('the status', () => {
  const names = { project: 'shop', workspace: 'production', now }

  it('reads line by line', () => {
    const state = (over: Partial<SyncState> & Pick<SyncState, 'name'>): SyncState => ({
      kind: 'audience',
      isOrphan: false,
      size: 0,
      settledAt: null,
      last: null,
      inDoubt: 0,
      rejected: 0,
      parked: 0,
      coveredSlot: null,
      ...over,
    })
    const last = {
      sync: '',
      run: 'r-1',
      heldBy: [],
      heldSince: undefined,
      plan: undefined,
      endedAt: '2026-11-22T02:05:00Z',
      error: undefined,
    }
    const report = statusReport(
      {
        syncs: [
          state({ name: 'new' }),
          state({ name: 'vip', size: 1204, last: { ...last, status: 'succeeded' }, inDoubt: 2, rejected: 3 }),
          state({
            name: 'lapsed',
            size: 390,
            last: {
              ...last,
              status: 'held',
              heldBy: ['max_removes: 190 of 390 people would leave'],
              heldSince: '2026-11-20T03:05:00Z',
              plan: 'p-1',
            },
          }),
          state({ name: 'quiz', last: { ...last, status: 'failed', error: 'no such column' } }),
          state({ name: 'old', isOrphan: true, size: 0 }),
        ],
        underWay: { run: 'r-2', place: 'host, process 7' },
      },
      {
        ...names,
        next: new Map([['vip', new Date('2026-11-22T04:00:00Z')]]),
        due: new Set(['new']),
      },
      plain,
    )
    expect(report).toBe(
      `
shop, workspace production

sync    kind      status     people  last run  next
new     audience  never run       0            due
vip     audience  succeeded   1,204  1 h ago   in 55 min  2 in doubt, 3 rejected
lapsed  audience  held          390  1 h ago   never
quiz    audience  failed          0  1 h ago   never

held lapsed since 2026-11-20 03:05 UTC (2 d ago)
  max_removes: 190 of 390 people would leave
  If it is meant: brazier apply p-1

failed quiz: no such column

orphan old: its file is gone
    To forget it: brazier retire old

run r-2 is under way (host, process 7)`.trim(),
    )
  })

  it('of a project that never ran knows its syncs', () => {
    const report = statusReport(
      emptyState([sync('vip')]),
      { ...names, next: new Map(), due: new Set(['vip']) },
      plain,
    )
    expect(report).toContain('vip   audience  never run       0            due')
  })
})

describe('the past', () => {
  it('runs, with their errors below', () => {
    const run = {
      run: 'r-1',
      command: 'sync',
      status: 'failed',
      startedAt: '2026-11-22T02:05:00.000Z',
      endedAt: '2026-11-22T02:08:05.000Z',
      requests: 161,
      objects: 12_040,
      dataPoints: 15_000,
      error: 'Braze refuses the key',
    }
    expect(
      runsText([run, { ...run, run: 'r-0', endedAt: null, status: 'running', error: null }], plain),
    ).toBe(
      `
run  command  status   started, UTC           took  requests  objects  points
r-1  sync     failed   2026-11-22 02:05  3 min 5 s       161   12,040  15,000
r-0  sync     running  2026-11-22 02:05                  161   12,040  15,000

r-1: Braze refuses the key`.trim(),
    )
    expect(runsText([], plain)).toBe('There has been no run yet.')
  })

  it('law 9: rejections by reason, and people only where they may be shown', () => {
    const at = { firstAt: '2026-11-22T02:05:00.000Z', lastAt: '2026-11-22T03:05:00.000Z' }
    const groups = [
      {
        sync: 'quiz',
        attribute: 'email',
        source: 'braze',
        reason: 'not an email',
        people: 2,
        parked: 1,
        ...at,
      },
      {
        sync: 'vip',
        attribute: null,
        source: 'brazier',
        reason: 'external_id: over 987 bytes',
        people: 1,
        parked: 0,
        ...at,
      },
    ]
    expect(rejectionsText({ groups, people: undefined }, plain)).toBe(
      `
sync  attribute  rows  parked  by              last                  reason
quiz  email         2       1  Braze           2026-11-22 03:05 UTC  not an email
vip                 1       0  before sending  2026-11-22 03:05 UTC  external_id: over 987 bytes

With --show-ids: the people, too.`.trim(),
    )
    const person = {
      sync: 'quiz',
      person: 'c-1',
      attribute: 'email',
      source: 'braze',
      reason: 'not an email',
      attempts: 5,
      parked: true,
      run: 'r-1',
      ...at,
    }
    expect(rejectionsText({ groups, people: [person] }, plain)).toMatch(
      /\n\n {2}c-1 {2}quiz, email: not an email; 5 times, parked until it changes$/,
    )
    expect(rejectionsText({ groups: [], people: undefined }, plain)).toBe('Nothing is rejected.')
  })
})
