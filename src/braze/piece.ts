// Decides how a batch is cut: what one request may carry, and how a piece is halved, packed, or freed of some objects.

import { BrazierError } from '../model/errors.ts'
import { MAX_OBJECTS_PER_REQUEST, MAX_REQUEST_BYTES } from '../model/limits.ts'
import { splitObjects } from './split-objects.ts'

/** Objects that travel together, and where each of them stands in the batch they came from. */
export interface Piece {
  readonly objects: string
  readonly indices: readonly number[]
}

const HEAD = '{"attributes":['
const TAIL = ']}'

/** A request body by concatenation: what the database wrote is never parsed on its way out. */
export function trackBody(objects: string): string {
  return HEAD + objects + TAIL
}

export function fitsOneRequest(piece: Piece): boolean {
  return piece.indices.length <= MAX_OBJECTS_PER_REQUEST && bodyFits(piece.objects)
}

function bodyFits(objects: string): boolean {
  const room = MAX_REQUEST_BYTES - HEAD.length - TAIL.length
  // A UTF-16 unit is 3 bytes of UTF-8 at most: nearly every batch is settled without counting.
  return objects.length * 3 <= room || Buffer.byteLength(objects) <= room
}

/** The two halves; the first is the larger one. */
export function halves(piece: Piece): [Piece, Piece] {
  const texts = textsOf(piece)
  const middle = Math.ceil(texts.length / 2)
  return [sub(piece, texts, range(0, middle)), sub(piece, texts, range(middle, texts.length))]
}

/** The piece without the objects at these positions (counted within the piece). */
export function without(piece: Piece, positions: ReadonlySet<number>): Piece {
  const texts = textsOf(piece)
  return sub(
    piece,
    texts,
    range(0, texts.length).filter((position) => !positions.has(position)),
  )
}

/** As few pieces as fit requests; an object that is too large for any request stands alone in its piece. */
export function pack(piece: Piece): Piece[] {
  const texts = textsOf(piece)
  const room = MAX_REQUEST_BYTES - HEAD.length - TAIL.length
  const groups: number[][] = []
  let group: number[] = []
  let bytes = 0
  for (const [position, text] of texts.entries()) {
    const more = Buffer.byteLength(text) + 1
    if (group.length > 0 && (group.length === MAX_OBJECTS_PER_REQUEST || bytes + more - 1 > room)) {
      groups.push(group)
      group = []
      bytes = 0
    }
    group.push(position)
    bytes += more
  }
  if (group.length > 0) groups.push(group)
  return groups.map((positions) => sub(piece, texts, positions))
}

/** Each object's text, in order. A wrong count would blame the wrong people for what Braze refuses. */
export function textsOf(piece: Piece): string[] {
  const texts = splitObjects(piece.objects)
  if (texts.length === piece.indices.length) return texts
  throw new BrazierError(`A batch said to hold ${piece.indices.length} objects holds ${texts.length}`, {
    hint: 'This is a bug in Brazier. Nothing of this batch counts as accepted.',
  })
}

function sub(piece: Piece, texts: readonly string[], positions: readonly number[]): Piece {
  return {
    objects: positions.map((position) => texts[position]).join(','),
    indices: positions.flatMap((position) => piece.indices[position] ?? []),
  }
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, step) => from + step)
}
