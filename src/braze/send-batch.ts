// Decides what becomes of every object of a batch: a batch at fault is halved until the bad object stands alone, and
// a refused person is sent again in parts. Requests of one batch go out one after another, so no two requests in
// flight carry the same person.

import { MAX_REQUEST_BYTES } from '../model/limits.ts'
import { ask, type Trip, type Wire } from './ask.ts'
import { fieldsOf, type Person, remedy, takeApart } from './parts.ts'
import { fitsOneRequest, halves, type Piece, pack, range, textsOf, without } from './piece.ts'
import type { Batch, Refusal } from './port.ts'
import { refusalReason } from './reason.ts'

/** An object that Braze refused; `index` counts within the batch. */
interface Refused {
  readonly index: number
  readonly words: string
}

/** What was refused of one person: single attributes with Braze's words, or everything. */
interface Blame {
  readonly whole: string | undefined
  readonly attributes: ReadonlyMap<string, string>
}

export async function sendBatch(wire: Wire, batch: Batch, trip: Trip): Promise<readonly Refusal[]> {
  const piece: Piece = { objects: batch.objects, indices: range(0, batch.count) }
  const refused = await settle(wire, piece, trip)
  if (refused.length === 0) return []
  const texts = textsOf(piece)
  const people = refused.map(({ index }) => takeApart(index, texts[index] ?? '{}'))
  const blames = await sendInParts({ wire, trip, people }, refused)
  return [...blames]
    .map(([index, blame]) => refusalOf(index, blame, texts[index] ?? '{}'))
    .sort((one, other) => one.index - other.index)
}

/** Sends until each object of the piece is either accepted or refused; returns the refused ones. */
async function settle(wire: Wire, piece: Piece, trip: Trip): Promise<Refused[]> {
  if (piece.indices.length === 0) return []
  if (!fitsOneRequest(piece)) return settleTooLarge(wire, piece, trip)
  const verdict = await ask(wire, piece, trip)
  if (verdict.kind === 'split') {
    if (piece.indices.length === 1) return refuseAll(piece, verdict.words)
    return settleEach(wire, halves(piece), trip)
  }
  const refused = verdict.refusals.map(({ position, words }) => ({
    index: piece.indices[position] ?? -1,
    words,
  }))
  if (verdict.kind === 'accepted') return refused
  const positions = new Set(verdict.refusals.map(({ position }) => position))
  return [...refused, ...(await settle(wire, without(piece, positions), trip))]
}

async function settleTooLarge(wire: Wire, piece: Piece, trip: Trip): Promise<Refused[]> {
  if (piece.indices.length > 1) return settleEach(wire, pack(piece), trip)
  return refuseAll(piece, `the object is larger than a request may be (${MAX_REQUEST_BYTES / 1_000_000} MB)`)
}

async function settleEach(wire: Wire, pieces: readonly Piece[], trip: Trip): Promise<Refused[]> {
  const refused: Refused[] = []
  for (const piece of pieces) refused.push(...(await settle(wire, piece, trip)))
  return refused
}

function refuseAll(piece: Piece, words: string): Refused[] {
  return piece.indices.map((index) => ({ index, words }))
}

interface Round {
  readonly wire: Wire
  readonly trip: Trip
  readonly people: readonly Person[]
}

/** First everything but the fields that Braze refuses people for, then each such field alone. */
async function sendInParts(round: Round, refused: readonly Refused[]): Promise<Map<number, Blame>> {
  const words = new Map(refused.map((one) => [one.index, one.words]))
  const blames = new Map<number, Blame>()
  for (const person of round.people) {
    const blame = blameAtOnce(person, words.get(person.index) ?? '')
    if (blame !== undefined) blames.set(person.index, blame)
  }
  const divided = round.people.filter(({ index }) => !blames.has(index))
  for (const { index, words } of await sendPart({ ...round, people: divided }, ({ rest }) => rest)) {
    blames.set(index, { whole: words, attributes: new Map() })
  }
  // Whoever is refused without any such field is refused as a person: the fields would be refused, too.
  const people = divided.filter(({ index }) => !blames.has(index))
  for (const field of fieldsOf(people)) {
    const refusedField = await sendPart({ ...round, people }, ({ fields }) => fields.get(field))
    for (const { index, words } of refusedField) {
      const attributes = blames.get(index)?.attributes ?? []
      blames.set(index, { whole: undefined, attributes: new Map([...attributes, [field, words]]) })
    }
  }
  return blames
}

/** What needs no further request to be known: no such field is there, or nothing else is. */
function blameAtOnce(person: Person, words: string): Blame | undefined {
  const verdict = remedy(person)
  if (verdict === 'send in parts') return undefined
  if (verdict === 'none') return { whole: words, attributes: new Map() }
  return { whole: undefined, attributes: new Map([...person.fields.keys()].map((field) => [field, words])) }
}

async function sendPart(round: Round, part: (person: Person) => string | undefined): Promise<Refused[]> {
  const carried = round.people.flatMap((person) => {
    const object = part(person)
    return object === undefined ? [] : [{ index: person.index, object }]
  })
  const piece: Piece = {
    objects: carried.map(({ object }) => object).join(','),
    indices: carried.map(({ index }) => index),
  }
  return settle(round.wire, piece, round.trip)
}

/** One refusal a person; where several attributes were refused, the reason says which words belong to which. */
function refusalOf(index: number, blame: Blame, object: string): Refusal {
  if (blame.whole !== undefined) return { index, attributes: [], reason: refusalReason(blame.whole, object) }
  const attributes = [...blame.attributes.keys()]
  const said = [...blame.attributes].map(([field, words]) =>
    attributes.length === 1 ? words : `${field}: ${words}`,
  )
  return { index, attributes, reason: refusalReason(said.join('; '), object) }
}
