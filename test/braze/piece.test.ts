import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsOneRequest, halves, type Piece, pack, range, trackBody, without } from '../../src/braze/piece.ts'
import { MAX_OBJECTS_PER_REQUEST, MAX_REQUEST_BYTES } from '../../src/model/limits.ts'

function pieceOf(texts: readonly string[]): Piece {
  return { objects: texts.join(','), indices: range(0, texts.length) }
}

describe('trackBody', () => {
  it('puts a head and a tail on the text, and nothing else', () => {
    expect(trackBody('{"a":1.0},{"b":2}')).toBe('{"attributes":[{"a":1.0},{"b":2}]}')
  })
})

describe('fitsOneRequest', () => {
  it('allows exactly the bytes and objects that Braze allows', () => {
    const frame = '{"attributes":[{"a":""}]}'.length
    const largest = `{"a":"${'x'.repeat(MAX_REQUEST_BYTES - frame)}"}`
    expect(Buffer.byteLength(trackBody(largest))).toBe(4_000_000)
    expect(fitsOneRequest(pieceOf([largest]))).toBe(true)
    expect(fitsOneRequest(pieceOf([`${largest.slice(0, -2)}x"}`]))).toBe(false)
    // As many characters as before, but more bytes.
    expect(fitsOneRequest(pieceOf([`${largest.slice(0, -3)}é"}`]))).toBe(false)
    expect(fitsOneRequest(pieceOf(Array(75).fill('{}')))).toBe(true)
    expect(fitsOneRequest(pieceOf(Array(76).fill('{}')))).toBe(false)
  })
})

describe('halves', () => {
  it('keeps order and indices, the first one the larger', () => {
    const piece = { objects: '{"a":1},{"b":2},{"c":3}', indices: [4, 7, 9] }
    expect(halves(piece)).toEqual([
      { objects: '{"a":1},{"b":2}', indices: [4, 7] },
      { objects: '{"c":3}', indices: [9] },
    ])
  })

  it('refuses a batch whose count is wrong', () => {
    expect(() => halves({ objects: '{"a":1},{"b":2}', indices: [0, 1, 2] })).toThrow('holds 2')
  })
})

describe('without', () => {
  it('drops positions, not indices', () => {
    const piece = { objects: '{"a":1},{"b":2},{"c":3}', indices: [4, 7, 9] }
    expect(without(piece, new Set([0, 2]))).toEqual({ objects: '{"b":2}', indices: [7] })
  })
})

describe('pack', () => {
  it('law 7: every piece fits, and every object is in one piece, in order', () => {
    const sizes = fc.array(fc.constantFrom(10, 1_000, 700_000, 1_333_000, 3_999_000), { maxLength: 200 })
    fc.assert(
      fc.property(sizes, (lengths) => {
        const piece = pieceOf(lengths.map((length) => `{"a":"${'é'.repeat(length / 2)}"}`))
        const packed = pack(piece)
        expect(packed.flatMap(({ indices }) => indices)).toEqual(piece.indices)
        for (const { objects, indices } of packed) {
          expect(Buffer.byteLength(trackBody(objects))).toBeLessThanOrEqual(MAX_REQUEST_BYTES)
          expect(indices.length).toBeLessThanOrEqual(MAX_OBJECTS_PER_REQUEST)
        }
      }),
      { numRuns: 5 },
    )
  })

  it('leaves an object that fits nowhere alone', () => {
    const huge = `{"a":"${'x'.repeat(MAX_REQUEST_BYTES)}"}`
    const packed = pack(pieceOf(['{"b":1}', huge, '{"c":1}']))
    expect(packed.map(({ indices }) => indices)).toEqual([[0], [1], [2]])
    expect(fitsOneRequest(packed[1] as Piece)).toBe(false)
  })
})
