// Decides what becomes of every object of a batch: a batch at fault is halved until the bad object stands alone, and
// a refused person is sent again in parts. Requests of one batch go out one after another, so no two requests in
// flight carry the same person.

import { MAX_REQUEST_BYTES } from '../model/limits.ts'
import { ask, type Trip, type Wire } from './ask.ts'
import { fieldsOf, isLate, type Part, type Person, remedy, takeApart } from './parts.ts'
import { fitsOneRequest, halves, type Piece, pack, range, textsOf, without } from './piece.ts'
import type { Batch, Refusal } from './port.ts'
import { refusalReason } from './reason.ts'

/** An object that Braze refused; `index` counts within the batch. `mayHold` as in the port. */
interface Refused {
  readonly index: number
  readonly words: string
  readonly mayHold: boolean
}

/** A piece on its way; `mayHold` when a request with all of it may have been applied, whole or in part. */
interface Sending {
  readonly wire: Wire
  readonly trip: Trip
  readonly mayHold: boolean
}

/** What was refused of one person: single attributes with Braze's words, or everything. */
interface Blame {
  readonly whole: string | undefined
  readonly attributes: ReadonlyMap<string, string>
  readonly mayHold: boolean
}

export async function sendBatch(wire: Wire, batch: Batch, trip: Trip): Promise<readonly Refusal[]> {
  const piece: Piece = { objects: batch.objects, indices: range(0, batch.count) }
  const sending = { wire, trip, mayHold: false }
  const refused = await settle(sending, piece)
  if (refused.length === 0) return []
  const texts = textsOf(piece)
  const people = refused.map(({ index }) => takeApart(index, texts[index] ?? '{}', trip.mayCreate))
  const blames = await sendInParts({ sending, people }, refused)
  const vague = new Set(refused.filter(({ mayHold }) => mayHold).map(({ index }) => index))
  return [...blames]
    .map(([index, blame]) =>
      refusalOf({ index, blame, mayHold: blame.mayHold || vague.has(index) }, texts[index] ?? '{}'),
    )
    .sort((one, other) => one.index - other.index)
}

/** Sends until each object of the piece is either accepted or refused; returns the refused ones. */
async function settle(sending: Sending, piece: Piece): Promise<Refused[]> {
  if (piece.indices.length === 0) return []
  if (!fitsOneRequest(piece)) return settleTooLarge(sending, piece)
  const { said, mayHold: before } = await ask(sending.wire, piece, sending.trip)
  const mayHold = sending.mayHold || before || (said.kind === 'split' && said.applied)
  const after = { ...sending, mayHold }
  if (said.kind === 'split') {
    if (piece.indices.length === 1) return refuseAll(piece, said.words, mayHold)
    return settleEach(after, halves(piece))
  }
  const refused = said.refusals.map(({ position, words }) => ({
    index: piece.indices[position] ?? -1,
    words,
    mayHold,
  }))
  if (said.kind === 'accepted') return refused
  const positions = new Set(said.refusals.map(({ position }) => position))
  return [...refused, ...(await settle(after, without(piece, positions)))]
}

async function settleTooLarge(sending: Sending, piece: Piece): Promise<Refused[]> {
  if (piece.indices.length > 1) return settleEach(sending, pack(piece))
  const words = `the object is larger than a request may be (${MAX_REQUEST_BYTES / 1_000_000} MB)`
  return refuseAll(piece, words, sending.mayHold)
}

async function settleEach(sending: Sending, pieces: readonly Piece[]): Promise<Refused[]> {
  const refused: Refused[] = []
  for (const piece of pieces) refused.push(...(await settle(sending, piece)))
  return refused
}

function refuseAll(piece: Piece, words: string, mayHold: boolean): Refused[] {
  return piece.indices.map((index) => ({ index, words, mayHold }))
}

interface Round {
  readonly sending: Sending
  readonly people: readonly Person[]
}

/**
 * First everything but the fields that Braze refuses people for, then each such field alone. Of people whom only such a
 * field may create, that one goes before the rest.
 */
async function sendInParts(round: Round, refused: readonly Refused[]): Promise<Map<number, Blame>> {
  const words = new Map(refused.map((one) => [one.index, one.words]))
  const blames = new Map<number, Blame>()
  for (const person of round.people) {
    const blame = blameAtOnce(person, words.get(person.index) ?? '')
    if (blame !== undefined) blames.set(person.index, blame)
  }
  const divided = round.people.filter(({ index }) => !blames.has(index))
  const late = new Set(divided.filter(isLate))
  const isWhole = ({ index }: Person) => blames.get(index)?.whole !== undefined
  const sendRest = async (people: readonly Person[]) => {
    for (const { index, words, mayHold } of await sendPart({ ...round, people }, ({ rest }) => rest)) {
      // Of those whose fields went before, Braze holds what it did not refuse.
      const fields = [...late].find((person) => person.index === index)?.fields ?? new Map<string, Part>()
      const held = [...fields].some(
        ([field, { creates }]) => creates && blames.get(index)?.attributes.has(field) !== true,
      )
      blames.set(index, { whole: words, attributes: new Map(), mayHold: mayHold || held })
    }
  }
  const sendFields = async (people: readonly Person[], which: (person: Person, part: Part) => boolean) => {
    for (const field of fieldsOf(people)) {
      const part = (person: Person) => {
        const one = person.fields.get(field)
        return one !== undefined && which(person, one) ? one : undefined
      }
      for (const one of await sendPart({ ...round, people }, part)) blameField(blames, field, one)
    }
  }
  await sendRest(divided.filter((person) => !late.has(person)))
  // Whoever is refused without any such field is refused as a person: the fields would be refused, too.
  const people = divided.filter((person) => !isWhole(person))
  await sendFields(people, (person, { creates }) => creates || !late.has(person))
  await sendRest([...late])
  const last = [...late].filter((person) => !isWhole(person))
  await sendFields(last, (_, { creates }) => !creates)
  return blames
}

function blameField(blames: Map<number, Blame>, field: string, refused: Refused): void {
  const { index, words, mayHold } = refused
  const before = blames.get(index)
  const attributes = new Map([...(before?.attributes ?? []), [field, words] as const])
  blames.set(index, { whole: undefined, attributes, mayHold: mayHold || before?.mayHold === true })
}

/** What needs no further request to be known: no such field is there, or nothing else is. */
function blameAtOnce(person: Person, words: string): Blame | undefined {
  const verdict = remedy(person)
  if (verdict === 'send in parts') return undefined
  if (verdict === 'none') return { whole: words, attributes: new Map(), mayHold: false }
  const attributes = new Map([...person.fields.keys()].map((field) => [field, words]))
  return { whole: undefined, attributes, mayHold: false }
}

async function sendPart(round: Round, part: (person: Person) => Part | undefined): Promise<Refused[]> {
  const carried = round.people.flatMap((person) => {
    const one = part(person)
    return one === undefined ? [] : [{ index: person.index, object: one.object }]
  })
  const piece: Piece = {
    objects: carried.map(({ object }) => object).join(','),
    indices: carried.map(({ index }) => index),
  }
  return settle(round.sending, piece)
}

/** One refusal a person; where several attributes were refused, the reason says which words belong to which. */
function refusalOf(refused: { index: number; blame: Blame; mayHold: boolean }, object: string): Refusal {
  const { index, blame } = refused
  const vague = refused.mayHold ? { mayHold: true as const } : {}
  if (blame.whole !== undefined)
    return { index, attributes: [], reason: refusalReason(blame.whole, object), ...vague }
  const attributes = [...blame.attributes.keys()]
  const said = [...blame.attributes].map(([field, words]) =>
    attributes.length === 1 ? words : `${field}: ${words}`,
  )
  return { index, attributes, reason: refusalReason(said.join('; '), object), ...vague }
}
