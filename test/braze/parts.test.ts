import { describe, expect, it } from 'vitest'
import { fieldsOf, isLate, remedy, takeApart } from '../../src/braze/parts.ts'

const all = () => true

describe('takeApart', () => {
  it('puts identity and control keys on every part, and keeps numbers as they are', () => {
    const object =
      '{"external_id":"a","_update_existing_only":false,"score":9007199254740993,"email":"x","first_name":"B","phone":"1"}'
    const person = takeApart(3, object, all)
    expect(person.index).toBe(3)
    expect(person.rest?.object).toBe(
      '{"external_id":"a","_update_existing_only":false,"score":9007199254740993,"first_name":"B"}',
    )
    expect([...person.fields].map(([field, { object: part }]) => [field, part])).toEqual([
      ['email', '{"external_id":"a","_update_existing_only":false,"email":"x"}'],
      ['phone', '{"external_id":"a","_update_existing_only":false,"phone":"1"}'],
    ])
    expect(remedy(person)).toBe('send in parts')
  })

  it.each([
    ['{"braze_id":"b","email":"x"}', ['email']],
    ['{"user_alias":{"alias_name":"n","alias_label":"l"},"phone":"1"}', ['phone']],
    ['{"email":"x","vip":true}', []],
    ['{"email":"x","phone":"1","vip":true}', ['phone']],
    ['{"phone":"1","vip":true}', []],
    ['{"phone":"1","email_subscribe":"opted_in"}', ['email_subscribe']],
  ])('%s can be refused for %j: what identifies is not a field', (object, fields) => {
    expect([...takeApart(0, object, all).fields.keys()]).toEqual(fields)
  })

  it.each([
    ['{"external_id":"a","vip":true}', 'none'],
    ['{"external_id":"a"}', 'none'],
    ['{"external_id":"a","_update_existing_only":true,"email":"x"}', 'blame the field'],
    ['{"external_id":"a","email":"x","phone":"1"}', 'send in parts'],
    ['{"external_id":"a","email":"x","vip":null}', 'send in parts'],
  ])('%s: %s', (object, verdict) => {
    expect(remedy(takeApart(0, object, all))).toBe(verdict)
  })
})

describe('the right to create', () => {
  const object =
    '{"external_id":"a","_update_existing_only":false,"vip":false,"n":1,"email":"x","phone":"1","home_city":null}'
  const rights = (text: string, ...names: readonly string[]) => {
    const { rest, fields } = takeApart(0, text, (name) => names.includes(name))
    const parts = [['rest', rest] as const, ...fields]
    for (const [, part] of parts)
      expect(JSON.parse(part?.object ?? '{}')._update_existing_only).toBe(part?.creates !== true)
    return parts.flatMap(([name, part]) => (part?.creates === true ? [name] : []))
  }

  it.each([
    [['n'], ['rest']],
    [['email'], ['email']],
    [
      ['email', 'n'],
      ['rest', 'email'],
    ],
    [[], []],
  ])('of %j is with the parts %j', (names, parts) => {
    expect(rights(object, ...names)).toEqual(parts)
  })

  it('is with none where the whole object has none', () => {
    expect(rights(object.replace('false', 'true'), 'n', 'email')).toEqual([])
  })

  it('with fields alone makes the rest wait for them', () => {
    const late = (...names: readonly string[]) => isLate(takeApart(0, object, (name) => names.includes(name)))
    expect([late('email'), late('email', 'n'), late('n'), late()]).toEqual([true, false, false, false])
  })
})

describe('fieldsOf', () => {
  it('names each field that somebody carries once', () => {
    const people = ['{"external_id":"a","phone":"1"}', '{"external_id":"b","phone":"2","email":"x"}', '{}']
    expect(fieldsOf(people.map((object, index) => takeApart(index, object, all)))).toEqual(['email', 'phone'])
    expect(fieldsOf([])).toEqual([])
  })
})
