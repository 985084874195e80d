import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinMembers, splitMembers, splitObjects } from '../../src/braze/split-objects.ts'

/** JSON text of any object, some of it with the blanks that a database puts between tokens. */
const objectText = fc
  .tuple(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'))
  .map(([object, indent]) => JSON.stringify(object, null, indent))

describe('splitObjects', () => {
  it('finds each object of any batch, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(objectText), fc.constantFrom(',', ', ', ' ,\n'), (texts, comma) => {
        expect(splitObjects(texts.join(comma))).toEqual(texts)
      }),
    )
  })

  it('is not misled by brackets, quotes and backslashes inside strings', () => {
    const texts = ['{"a":"},{\\"","b":["]","\\\\"]}', '{"c":{"d":"{"}}', '{}']
    expect(splitObjects(texts.join(','))).toEqual(texts)
  })

  it('finds nothing in nothing', () => {
    expect(splitObjects('')).toEqual([])
    expect(splitObjects('  ')).toEqual([])
  })

  it.each(['{"a":1}{"b":2}', '{"a":1', '[1]', '{"a":"x', '{"a":1},'])(
    'refuses %s, and does not quote it',
    (text) => {
      expect(() => splitObjects(text)).toThrow(/not a row of JSON objects \(at character \d+\)/)
    },
  )
})

describe('splitMembers', () => {
  it('finds the members of any object, and joins them to an equal one', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const object = JSON.parse(text) as Record<string, unknown>
        const members = splitMembers(text)
        expect(members.map(({ name }) => name)).toEqual(Object.keys(object))
        for (const { name, value } of members) expect(JSON.parse(value)).toEqual(object[name])
        expect(JSON.parse(joinMembers(members))).toEqual(object)
      }),
    )
  })

  it('keeps numbers as they were written', () => {
    expect(splitMembers('{"a":9007199254740993,"b":1.0 , "c" : 1e400,"d":-0.10}')).toEqual([
      { name: 'a', value: '9007199254740993' },
      { name: 'b', value: '1.0' },
      { name: 'c', value: '1e400' },
      { name: 'd', value: '-0.10' },
    ])
  })

  it('reads escaped names', () => {
    expect(splitMembers('{"\\u0065mail":"x","a\\"b":null}')).toEqual([
      { name: 'email', value: '"x"' },
      { name: 'a"b', value: 'null' },
    ])
  })

  it.each(['{"a"1}', '{"a":}', '{a:1}', '{"a":1 "b":2}', '{'])('refuses %s', (text) => {
    expect(() => splitMembers(text)).toThrow(/not a row of JSON objects/)
  })
})
