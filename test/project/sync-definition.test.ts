import { describe, expect, it } from 'vitest'
import { problemText } from '../../src/model/errors.ts'
import { readSync } from '../../src/project/sync-definition.ts'
import { DEFAULTS, problemsOf, readAs, syncOf, withHeader } from './read-as.ts'

describe('readSync', () => {
  it('takes a bare SELECT as a complete audience', () => {
    const { hash, ...sync } = syncOf('audience', 'select 1 as external_id;\n')
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(sync).toEqual({
      name: 'vip',
      kind: 'audience',
      file: 'sql/audiences/vip.sql',
      sql: 'select 1 as external_id \n',
      selectsStar: false,
      description: '',
      tags: [],
      schedule: { text: 'hourly', cron: '0 * * * *', timezone: 'Europe/Berlin' },
      guards: { maxRemoves: { unit: 'share', share: 0.2 }, minRows: 1 },
      createUsers: true,
      refreshDays: 30,
      badKeys: 'fail',
      maxAttempts: 5,
      audience: { membership: 'flag', attribute: 'vip', element: 'vip', onLeave: 'false' },
    })
  })

  it('takes a bare SELECT as complete properties', () => {
    const sync = syncOf('properties', 'select 1 as external_id, 2 as score')
    expect(sync.properties).toEqual({ rename: {}, prefix: '', nulls: 'unset', onLeave: 'keep' })
    expect(sync).not.toHaveProperty('audience')
  })

  it('reads every common key', () => {
    const sync = syncOf(
      'audience',
      withHeader(
        `description: >
  Spent much,
  ordered long ago
schedule: */15 * * * *   # four times an hour
timezone: America/New_York
guards: { max_removes: 500, max_changes: 10%, min_rows: 7 }
tags: [winback, eu]
was: lapsed
create_users: false
refresh: 14 days
bad_keys: withhold
max_attempts: 2
attribute: lapsed_vip
on_leave: false`,
        "select external_id from 'data/*.parquet'",
      ),
    )
    expect(sync).toMatchObject({
      sql: `${'\n'.repeat(16)}select external_id from 'data/*.parquet'`,
      description: 'Spent much, ordered long ago',
      schedule: { text: '*/15 * * * *', cron: '*/15 * * * *', timezone: 'America/New_York' },
      guards: {
        maxRemoves: { unit: 'people', count: 500 },
        maxChanges: { unit: 'share', share: 0.1 },
        minRows: 7,
      },
      tags: ['winback', 'eu'],
      was: 'lapsed',
      createUsers: false,
      refreshDays: 14,
      badKeys: 'withhold',
      maxAttempts: 2,
      audience: { attribute: 'lapsed_vip', onLeave: 'false' },
    })
  })

  it('reads a list membership', () => {
    expect(syncOf('audience', withHeader('membership: list')).audience).toEqual({
      membership: 'list',
      attribute: 'audiences',
      element: 'vip',
      onLeave: 'remove',
    })
    expect(
      syncOf('audience', withHeader('membership: list\nattribute: groups\non_leave: keep')).audience,
    ).toEqual({
      membership: 'list',
      attribute: 'groups',
      element: 'vip',
      onLeave: 'keep',
    })
  })

  it.each(['false', 'unset', 'keep'])('lets a flag be left as %s', (policy) => {
    expect(syncOf('audience', withHeader(`on_leave: ${policy}`)).audience?.onLeave).toBe(policy)
  })

  it('reads the keys of properties', () => {
    const header =
      'rename: { fn: first_name, s: "quiz score" }\nprefix: og_\nnulls: omit\non_leave: unset\nround: 2\ntags: one'
    const sync = syncOf('properties', withHeader(header))
    expect(sync.properties).toEqual({
      rename: { fn: 'first_name', s: 'quiz score' },
      prefix: 'og_',
      nulls: 'omit',
      onLeave: 'unset',
      round: 2,
    })
    expect(sync.tags).toEqual(['one'])
  })

  it('keeps the project guards that the header does not name', () => {
    expect(syncOf('audience', withHeader('guards: { min_rows: 9 }')).guards).toEqual({
      maxRemoves: { unit: 'share', share: 0.2 },
      minRows: 9,
    })
  })

  it.each([
    ['audience', 'scheduel: daily', ['2: unknown key scheduel']],
    ['audience', 'guards: { max_remove: 1 }', ['2: unknown key max_remove in guards']],
    ['audience', 'prefix: x', ['2: prefix does not fit an audience']],
    ['audience', 'rename: { a: b }', ['2: rename does not fit an audience']],
    [
      'audience',
      'nulls: omit\nround: 2',
      ['2: nulls does not fit an audience', '3: round does not fit an audience'],
    ],
    ['properties', 'membership: list', ['2: membership does not fit properties']],
    ['properties', 'attribute: x', ['2: attribute does not fit properties']],
    ['audience', 'membership: cohort', ['2: this version does not run membership: cohort yet']],
    [
      'audience',
      'membership: subscription_group',
      ['2: this version does not run membership: subscription_group yet'],
    ],
    [
      'audience',
      'membership: flags',
      ['2: membership must be one of flag, list, subscription_group, cohort'],
    ],
    ['audience', 'on_leave: remove', ['2: on_leave must be one of false, unset, keep for a flag']],
    ['audience', 'membership: list\non_leave: unset', ['3: on_leave must be one of remove, keep for a list']],
    ['properties', 'on_leave: false', ['2: on_leave must be one of keep, unset for properties']],
    ['audience', 'on_leave: delete', ['2: on_leave must be one of false, unset, keep, remove']],
    ['audience', 'schedule: every 7 minutes', ['2: schedule cannot come every 7 minutes']],
    ['audience', '- schedule: hourly\n- tags: [a]', ['2: the header must hold keys']],
    [
      'audience',
      'timezone: Berlin',
      ['2: timezone must be the name of a time zone, such as UTC or Europe/Berlin'],
    ],
    ['audience', 'was: vip', ['2: was is the name that the file has now']],
    ['audience', 'was: Old Name', ['2: was must be the former name of this file, without folder and .sql']],
    ['audience', 'attribute: email', ['2: attribute must not be email, which is a standard field of Braze']],
    [
      'audience',
      'attribute: external_id',
      ['2: attribute must not be external_id, which Braze reads as something else'],
    ],
    ['audience', 'attribute: "$x"', ['2: attribute must not start with $']],
    ['audience', 'attribute: " x"', ['2: attribute must not start or end with a blank']],
    ['audience', 'attribute: ""', ['2: attribute must not be empty']],
    ['audience', 'attribute: "a\\tb"', ['2: attribute must not hold control characters']],
    ['audience', `attribute: ${'é'.repeat(256)}`, ['2: attribute is longer than 255 characters']],
    ['audience', `attribute: ${'é'.repeat(255)}`, []],
    ['audience', 'attribute: 7', ['2: attribute must be text; put quotes round it']],
    ['properties', 'rename:\n  a: x\n  b: x', ['4: rename.b writes x, and so does a']],
    [
      'properties',
      'rename:\n  a: email\n  b: braze_id',
      ['4: rename.b must not be braze_id, which Braze reads as something else'],
    ],
    [
      'properties',
      'rename:\n  external_id: x',
      ['3: rename.external_id names a person and is never written'],
    ],
    [
      'properties',
      'rename:\n  constructor: a\n  __proto__: b',
      ['4: rename.__proto__ cannot be renamed here; give the column another name in the query'],
    ],
    ['properties', 'rename: { valueOf: 7 }', ['2: rename.valueOf must be text; put quotes round it']],
    ['properties', 'constructor: 1', ['2: unknown key constructor']],
    ['properties', '__proto__: 1', ['2: unknown key __proto__']],
    ['properties', 'prefix: "$"', ['2: prefix must not start with $']],
    ['properties', 'round: 16', ['2: round must be a whole number from 0 to 15']],
    ['audience', 'tags: [a b]', ['2: tags must hold words of letters, digits, _, - and .']],
    ['audience', 'bad_keys: drop', ['2: bad_keys must be one of fail, withhold']],
    ['audience', 'create_users: maybe', ['2: create_users must be true or false']],
    ['audience', 'refresh: 1 hour', ['2: refresh must be at least 1 day']],
    ['audience', 'just words', ['2: the header must hold keys']],
    ['audience', 'a: [1', [expect.stringMatching(/^\d: not readable as YAML/)]],
    ['audience', 'tags: [a]\ntags: [b]', ['3: not readable as YAML: this key stands here a second time']],
  ] as const)('%s with %j', (kind, header, expected) => {
    expect(problemsOf(kind, header)).toEqual(expected)
  })

  it('names the nearest key, and what to do with one of another kind', () => {
    expect(readAs('audience', withHeader('onleave: keep\nrename: { a: b }')).problems).toMatchObject([
      { message: 'unknown key onleave', hint: 'Did you mean on_leave?' },
      {
        message: 'rename does not fit an audience',
        hint: 'An audience writes one attribute; name it with attribute.',
      },
    ])
  })

  it('refuses a file whose name is a standard field, unless it names another attribute', () => {
    const file = { file: 'sql/audiences/email.sql', name: 'email', kind: 'audience' } as const
    expect(readSync(file, 'select 1', DEFAULTS).problems).toEqual([
      {
        file: 'sql/audiences/email.sql',
        message: 'attribute must not be email, which is a standard field of Braze',
        hint: 'Choose another name with attribute: in the header.',
      },
    ])
    expect(readSync(file, withHeader('attribute: has_email'), DEFAULTS).problems).toEqual([])
  })

  it('tells problems of header and SQL together, with the lines of the file', () => {
    const text = '\n/* ---\nscheduel: daily\nmembership: many\nround: 1\n--- */\nselect 1;\n\nselect 2'
    expect(readAs('audience', text).problems.map(problemText)).toEqual([
      'sql/audiences/vip.sql:4: membership must be one of flag, list, subscription_group, cohort',
      'sql/audiences/vip.sql:3: unknown key scheduel\n    Did you mean schedule?',
      'sql/audiences/vip.sql:5: round does not fit an audience\n    An audience selects identity columns only; remove the key.',
      'sql/audiences/vip.sql:9: a second statement starts here\n    A file holds one SELECT; move the other to its own file.',
    ])
  })

  it.each(['', ' \n', '-- only words\n', withHeader('tags: [a]', '')])(
    'refuses a file without SELECT: %j',
    (text) => {
      expect(readAs('audience', text).problems.map((problem) => problem.message)).toEqual([
        'the file holds no SELECT',
      ])
    },
  )

  it('says one thing only of a header without an end', () => {
    expect(
      readAs('audience', '/* ---\ntags: [a]\nselect 1').problems.map((problem) => problem.message),
    ).toEqual(['the header that starts here has no end'])
  })
})
