// Decides when one request is settled: it is asked again through pauses, outages and odd replies until Braze has said
// what it took, or until we must give up.

import { BrazeError, BrazierError, LeaseLostError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import type { Clock, Gate, Health, Turn } from './gate.ts'
import { readLimit } from './limit-headers.ts'
import { type Piece, trackBody } from './piece.ts'
import type { SendOptions } from './port.ts'
import { judgeReply, type Verdict } from './reply.ts'
import { backoffMs, durationText } from './retry.ts'
import type { Answer, Silence, Transport } from './transport.ts'

/** What Braze said about the objects of a request. */
export type Settled = Extract<Verdict, { kind: 'accepted' | 'refused' | 'split' }>

/** How a request ended. */
interface Answered {
  readonly said: Settled
  /**
   * An earlier attempt of the same request may have been applied: what is refused now may be held all the same, since a
   * refusal speaks of its own attempt only.
   */
  readonly mayHold: boolean
}

/** What is needed to ask, shared by all batches. */
export interface Wire {
  readonly gate: Gate
  readonly transport: Transport
  readonly clock: Clock
  readonly wallNow: () => number
  readonly log: Log
  readonly host: string
  readonly secret: string
  readonly giveUpMs: number
  /** Called for every request that left; status 0 stands for no reply. */
  readonly count: (status: number) => void
}

/** One batch on its way. */
export interface Trip extends SendOptions {
  /** True as soon as Braze may have taken something of the batch. */
  mayHaveArrived: boolean
}

/** We cannot find out what Braze took of this batch; the others are not concerned. */
export class UnknownOutcome extends BrazierError {
  /** Braze answered, in a form that it should not have. */
  readonly isPuzzle: boolean

  constructor(message: string, isPuzzle: boolean) {
    super(message)
    this.isPuzzle = isPuzzle
  }
}

/** How often a reply that is not understood is asked for again. */
const MAX_PUZZLES = 3

/** What one request went through so far. */
interface Troubles {
  failures: number
  failingSince: number
  puzzles: number
  mayHold: boolean
}

export async function ask(wire: Wire, piece: Piece, trip: Trip): Promise<Answered> {
  const troubles: Troubles = { failures: 0, failingSince: 0, puzzles: 0, mayHold: false }
  const body = trackBody(piece.objects)
  let notBefore: number | undefined
  for (;;) {
    const turn = await wire.gate.enter(trip.signal, notBefore)
    assertMayLeave(wire.gate, trip)
    const answer = await wire.transport.post(body)
    wire.count(answer.kind === 'reply' ? answer.status : 0)
    const verdict = judge(wire, answer, piece)
    switch (verdict.kind) {
      case 'accepted':
      case 'refused':
      case 'split':
        noteAnswer(wire, turn, answer)
        trip.mayHaveArrived ||= tookSomething(verdict, piece)
        return { said: verdict, mayHold: troubles.mayHold }
      case 'throttled':
        notBefore = pause(wire, turn, verdict.waitMs)
        break
      case 'not-understood':
        noteAnswer(wire, turn, answer)
        noteDoubt(trip, troubles)
        notBefore = afterPuzzle(wire, troubles, verdict.what)
        break
      case 'transient':
        if (answer.kind === 'reply' || answer.mayHaveArrived) noteDoubt(trip, troubles)
        notBefore = afterFailure(wire, { turn, troubles, what: verdict.what })
        break
      case 'fatal':
        noteAnswer(wire, turn, answer)
        wire.gate.end(verdict.error)
        throw verdict.error
    }
  }
}

function noteDoubt(trip: Trip, troubles: Troubles): void {
  trip.mayHaveArrived = true
  troubles.mayHold = true
}

function tookSomething(verdict: Settled, piece: Piece): boolean {
  if (verdict.kind === 'accepted') return verdict.refusals.length < piece.indices.length
  return verdict.kind === 'split' && verdict.applied
}

/** The last question before a request leaves: between the gate and here nothing is awaited. */
function assertMayLeave(gate: Gate, trip: Trip): void {
  if (trip.signal.aborted) {
    gate.giveBack()
    throw trip.signal.reason
  }
  if (trip.mayLeave()) return
  gate.giveBack()
  throw new LeaseLostError('The lease was lost, or ends before a request could: nothing more is sent', {
    hint: 'Another run has taken over, or the store could not be reached in time. The next run settles what is open.',
  })
}

function judge(wire: Wire, answer: Answer, piece: Piece): Verdict {
  if (answer.kind === 'reply') {
    const { host, secret } = wire
    return judgeReply(answer, { count: piece.indices.length, host, secret, wallNow: wire.wallNow() })
  }
  return answer.untrusted
    ? { kind: 'fatal', error: untrusted(wire, answer) }
    : { kind: 'transient', what: answer.what }
}

function untrusted(wire: Wire, answer: Silence): BrazeError {
  return new BrazeError(`Braze at ${wire.host} was not asked: ${answer.what}`, {
    hint: 'A proxy that opens TLS needs its certificate in NODE_EXTRA_CA_CERTS; otherwise check braze.endpoint.',
  })
}

function noteAnswer(wire: Wire, turn: Turn, answer: Answer): void {
  const report = answer.kind === 'reply' ? readLimit(answer.headers, wire.wallNow()) : undefined
  wire.gate.answered(turn, report)
}

function pause(wire: Wire, turn: Turn, waitMs: number | undefined): number {
  const wait = wire.gate.pause(turn, waitMs)
  if (wait !== undefined) wire.log.info('braze.throttled', { seconds: Math.round(wait / 100) / 10 })
  return wire.clock.now()
}

function afterPuzzle(wire: Wire, troubles: Troubles, what: string): number {
  if (troubles.puzzles === MAX_PUZZLES)
    throw new UnknownOutcome(`Braze's reply is not understood: ${what}`, true)
  const wait = backoffMs(troubles.puzzles, wire.clock.random())
  troubles.puzzles++
  wire.log.warn('braze.not_understood', { what, attempt: troubles.puzzles })
  return wire.clock.now() + wait
}

function afterFailure(
  wire: Wire,
  failure: { readonly turn: Turn; readonly troubles: Troubles; readonly what: string },
): number {
  const { turn, troubles, what } = failure
  const health = wire.gate.failed(turn)
  const now = wire.clock.now()
  if (health.endedBy !== undefined) throw health.endedBy
  if (health.isTooLong) {
    const error = outOfReach(wire, what, health)
    wire.gate.end(error)
    throw error
  }
  if (troubles.failures === 0) troubles.failingSince = now
  // Others are answered meanwhile, so something in this batch makes Braze fail: it must not be tried for ever.
  if (now - troubles.failingSince >= wire.giveUpMs) {
    const lasted = durationText(now - troubles.failingSince)
    throw new UnknownOutcome(
      `Braze failed on this batch for ${lasted} and took others meanwhile: ${what}`,
      false,
    )
  }
  const wait = backoffMs(troubles.failures, wire.clock.random())
  troubles.failures++
  wire.log.warn('braze.retry', { what, attempt: troubles.failures, failures: health.failures })
  return now + wait
}

function outOfReach(wire: Wire, what: string, health: Health): BrazeError {
  const lasted = durationText(health.lastedMs)
  return new BrazeError(
    `Braze at ${wire.host} gave no usable answer for ${lasted}: ${what} (${health.failures} requests failed)`,
    {
      hint: 'Check the network and the status of your Braze cluster. What Braze did not acknowledge is sent again in the next run.',
    },
  )
}
