import { describe, expect, it } from 'vitest'
import { shapeOf } from '../../src/ledger/shape.ts'
import type { AudienceOptions, PropertyOptions, Sync } from '../../src/model/definition.ts'
import { SyncError } from '../../src/model/errors.ts'
import type { SourceColumn } from '../../src/warehouse/port.ts'

const column = (name: string, change: Partial<SourceColumn> = {}): SourceColumn => ({
  name,
  type: 'VARCHAR',
  value: { kind: 'text', canonical: (expression) => expression },
  canBeKey: true,
  ...change,
})

const sync = (options: Partial<Pick<Sync, 'audience' | 'properties'>>): Sync =>
  ({ name: 'vip', file: 'sql/x/vip.sql', ...options }) as Sync

const audience = (change: Partial<AudienceOptions> = {}): Sync =>
  sync({
    audience: { membership: 'flag', attribute: 'is_vip', element: 'vip', onLeave: 'false', ...change },
  })

const properties = (change: Partial<PropertyOptions> = {}): Sync =>
  sync({ properties: { rename: {}, prefix: '', nulls: 'unset', onLeave: 'keep', ...change } })

const names = (...all: string[]) => all.map((name) => column(name))

/** Message and remedy of what is refused. */
function refusal(what: Sync, columns: readonly SourceColumn[]): string {
  try {
    shapeOf(what, columns)
  } catch (error) {
    if (error instanceof SyncError) return `${error.message}\n${error.hint}`
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the identity', () => {
  it.each([
    [['phone', 'email', 'external_id', 'braze_id'], 'external_id', ['external_id']],
    [['phone', 'email', 'braze_id'], 'braze_id', ['braze_id']],
    [['alias_label', 'phone', 'email', 'alias_name'], 'alias', ['alias_name', 'alias_label']],
    [['phone', 'email', 'alias_name'], 'email', ['email']],
    [['phone'], 'phone', ['phone']],
  ])('of %j is %s', (columns, identity, keyColumns) => {
    const list = audience()
    const known = columns.filter((name) => name !== 'alias_name' || columns.includes('alias_label'))
    expect(shapeOf(list, names(...known))).toMatchObject({ identity, keyColumns })
  })

  it('is refused when there is none, and says what there is', () => {
    expect(refusal(audience(), names('id', 'External_ID'))).toBe(
      'sql/x/vip.sql: the query has no identity column (it has id, External_ID)\n' +
        'Select the person as external_id, braze_id, alias_name and alias_label, email or phone, in lower case.',
    )
    expect(refusal(audience(), [])).toContain('(it has no columns)')
    expect(refusal(audience(), names('alias_name'))).toContain('no identity column')
  })

  it('is refused of a type that cannot name a person', () => {
    const amount = column('external_id', { type: 'DOUBLE', canBeKey: false })
    expect(refusal(audience(), [amount])).toBe(
      'sql/x/vip.sql: column external_id of type DOUBLE cannot name a person\nKeys are text, integer or uuid: cast it to text.',
    )
  })
})

describe('an audience', () => {
  it('as a flag writes its attribute', () => {
    expect(shapeOf(audience(), names('external_id')).writes).toEqual([
      { attribute: 'is_vip', valueKind: 'boolean', onLeave: 'false', nulls: 'unset' },
    ])
  })

  it('as a list writes its element', () => {
    const list = audience({ membership: 'list', attribute: 'audiences', onLeave: 'remove' })
    expect(shapeOf(list, names('email')).writes).toEqual([
      { attribute: 'audiences', element: 'vip', valueKind: 'boolean', onLeave: 'remove', nulls: 'unset' },
    ])
  })

  it('says which identity columns it does not use', () => {
    expect(shapeOf(audience(), names('email', 'external_id', 'phone')).unused).toEqual(['email', 'phone'])
  })

  it('refuses every other column, all in one message', () => {
    expect(refusal(audience(), names('external_id', 'city', 'score'))).toBe(
      'sql/x/vip.sql: an audience selects identity columns only, but the query also has city, score\n' +
        'Drop them, or move the query to sql/properties (the person is named by external_id).',
    )
  })
})

describe('properties', () => {
  it('write every other column, renamed or behind the prefix', () => {
    const what = properties({
      prefix: 'outgrow_',
      rename: { seg: 'custom_segment' },
      nulls: 'omit',
      onLeave: 'unset',
    })
    const score = column('score', { value: { kind: 'integer', canonical: (x) => x } })
    const seg = column('seg')
    expect(shapeOf(what, [seg, column('external_id'), score]).writes).toEqual([
      {
        attribute: 'custom_segment',
        valueKind: 'text',
        onLeave: 'unset',
        nulls: 'omit',
        source: { column: 'seg', value: seg.value },
      },
      {
        attribute: 'outgrow_score',
        valueKind: 'integer',
        onLeave: 'unset',
        nulls: 'omit',
        source: { column: 'score', value: score.value },
      },
    ])
  })

  it('may write a standard field, also email beside another identity', () => {
    const found = shapeOf(properties(), names('external_id', 'email', 'first_name'))
    expect(found.writes.map(({ attribute }) => attribute)).toEqual(['email', 'first_name'])
  })

  it.each([
    [
      'no column beside the identity',
      properties(),
      names('external_id'),
      'returns no column beside the identity',
    ],
    [
      'a rename of nothing',
      properties({ rename: { b: 'c', x: 'y' } }),
      names('external_id', 'a'),
      'rename in the header names b, x, which the query does not return',
    ],
    [
      'one attribute twice',
      properties({ rename: { a: 'b' } }),
      names('external_id', 'a', 'b'),
      'two columns write the attribute b',
    ],
    [
      'a second identity',
      properties(),
      names('external_id', 'braze_id'),
      'column braze_id would write braze_id, which is reserved by Braze',
    ],
    [
      'a control key',
      properties({ rename: { a: '_update_existing_only' } }),
      names('external_id', 'a'),
      'would write _update_existing_only, which is reserved',
    ],
    [
      'a name of 256 characters',
      properties({ prefix: 'x'.repeat(255) }),
      names('external_id', 'a'),
      'is over 255 characters',
    ],
  ])('refuse %s', (_, what, columns, message) => {
    expect(refusal(what, columns)).toContain(message)
  })

  it.each([
    ['a blank at the start', ' lead', '" lead"', 'must not start or end with a blank'],
    ['a dollar sign at the start', '$add', '"$add"', 'must not start with $'],
    ['a line break', 'a\nb', '"a\\nb"', 'must not hold control characters'],
    ['nothing but a blank', ' ', '" "', 'must not be empty'],
  ])('refuse a column whose name is not one for Braze: %s', (_, name, shown, message) => {
    expect(refusal(properties(), names('external_id', name))).toBe(
      `sql/x/vip.sql: column ${shown} would write the attribute ${shown}, which ${message}\n` +
        'Give the column another name in the query, or with rename in the header.',
    )
    expect(
      shapeOf(properties({ rename: { [name]: 'good' } }), names('external_id', name)).writes,
    ).toHaveLength(1)
  })

  it('take a name that is one behind the prefix', () => {
    const found = shapeOf(properties({ prefix: 'a_' }), names('external_id', '$x'))
    expect(found.writes[0]?.attribute).toBe('a_$x')
  })

  it('take a name of 255 characters, however many bytes', () => {
    const attribute = '😀'.repeat(255)
    const found = shapeOf(properties({ rename: { a: attribute } }), names('external_id', 'a'))
    expect(found.writes[0]?.attribute).toBe(attribute)
  })

  it('refuse a type in the words of the database', () => {
    const photo = column('photo', { type: 'BLOB', canBeKey: false, refusal: 'cast it to text, with hex()' })
    const { value: _value, ...without } = photo
    expect(refusal(properties(), [column('external_id'), without])).toBe(
      'sql/x/vip.sql: column photo has type BLOB: cast it to text, with hex()\nCast it in the query.',
    )
  })
})
