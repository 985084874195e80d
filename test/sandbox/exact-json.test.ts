// The sandbox's own JSON: as strict as the platform's parser, and more exact.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/sandbox/json-parse.ts'
import { type Plain, renderJson, toPlain } from '../../src/sandbox/json-value.ts'

describe('exact JSON', () => {
  it('reads what the platform reads, as the same value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(rounded(toPlain(parseJson(text).value))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses what the platform refuses', () => {
    const almost = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', ']', '"', '0', '-', 'e', '\\', ':', ' ', '.'),
    )
    fc.assert(
      fc.property(almost, ([text, at, sign]) => {
        const cut = at % (text.length + 1)
        const spoilt = text.slice(0, cut) + sign + text.slice(cut + 1)
        expect(accepts(() => parseJson(spoilt))).toBe(accepts(() => JSON.parse(spoilt)))
      }),
      { numRuns: 500 },
    )
  })

  it('writes numbers with the digits they came with', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/)
    fc.assert(
      fc.property(digits, (text) => {
        expect(renderJson(parseJson(`[${text}]`).value)).toBe(`[${text}]`)
      }),
    )
  })

  it('writes text back as it was read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))),
        (pairs) => {
          const object = Object.fromEntries(pairs)
          expect(JSON.parse(renderJson(parseJson(JSON.stringify(object)).value))).toEqual(object)
        },
      ),
    )
  })

  it('says where, and never what', () => {
    expect(() => parseJson('{"name":"secret",}')).toThrow('a string is missing (at character 17)')
    expect(() => parseJson('['.repeat(300))).toThrow('nested too deeply')
  })
})

/** Big integers as the platform has them: without their last digits. */
function rounded(value: Plain): Plain {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(rounded)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rounded(item)]))
}

function accepts(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
