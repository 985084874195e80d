import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Gate, type Turn } from '../../src/braze/gate.ts'
import { BrazeError } from '../../src/model/errors.ts'
import { fakeClock } from './support/clock.ts'

const SETTINGS = { requestsPerSecond: 1000, reserve: 0.2, maxConnections: 256, giveUpAfterSeconds: 600 }
const signal = new AbortController().signal

function openGate(settings: Partial<typeof SETTINGS> = {}, clock = fakeClock()) {
  return { clock, gate: new Gate({ ...SETTINGS, ...settings }, clock) }
}

/** A turn taken before anything happened. */
const EARLY: Turn = { leftAt: 1_000, pauses: 0, ends: 0 }

/** Lets promises and fake sleeps that are due go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

/** Enters many, and keeps what each of them came to. */
function enterAll(gate: Gate, count: number) {
  const left: number[] = []
  const failed: unknown[] = []
  for (let index = 0; index < count; index++) {
    gate.enter(signal).then(
      () => left.push(index),
      (error: unknown) => failed.push(error),
    )
  }
  return { left, failed }
}

describe('pace and room', () => {
  it('holds 1,000 a second over 10 seconds with timers that are 2 ms late', async () => {
    const { gate, clock } = openGate(
      {},
      fakeClock(() => 2),
    )
    const from = clock.now()
    let count = 0
    while (clock.now() - from < 10_000) {
      const turn = await gate.enter(signal)
      gate.answered(turn, undefined)
      count++
    }
    expect(count).toBeGreaterThanOrEqual(9_700)
    expect(count).toBeLessThanOrEqual(10_101)
  })

  it('lets no more out than there are connections, in order, and the next one as soon as one is back', async () => {
    const { gate } = openGate({ maxConnections: 6 })
    const { left } = enterAll(gate, 10)
    await settle()
    expect(left).toEqual([0, 1, 2, 3, 4, 5])
    gate.answered(EARLY, undefined)
    await settle()
    expect(left).toEqual([0, 1, 2, 3, 4, 5, 6])
    gate.giveBack()
    await settle()
    expect(left).toHaveLength(8)
  })

  it('asks for connections as rate times latency says', async () => {
    const { gate, clock } = openGate({ requestsPerSecond: 100 })
    const turn = await gate.enter(signal)
    clock.pass(400)
    gate.answered(turn, undefined)
    const { left } = enterAll(gate, 100)
    await settle()
    await settle()
    expect(left).toHaveLength(60)
  })
})

describe('a pause', () => {
  it('stops everybody, and counts replies of requests in flight together once', async () => {
    const { gate, clock } = openGate()
    const first = await gate.enter(signal)
    const second = await gate.enter(signal)
    clock.pass(50)
    expect(gate.pause(first, 7_000)).toBe(7_000)
    const until = clock.now() + 7_000
    clock.pass(1)
    expect(gate.pause(second, 3_000)).toBeUndefined()
    expect(gate.rate).toBe(0)
    // A pause earns no token: the first request comes a thousandth of a second after it.
    expect((await gate.enter(signal)).leftAt).toBeCloseTo(until + 1)
    expect(gate.throttled).toBe(1)
  })

  it('backs off by itself when Braze does not say how long, or says nothing useful again and again', async () => {
    const { gate, clock } = openGate()
    const waits: (number | undefined)[] = []
    for (const wait of [undefined, undefined, 0, 0, 60_000]) {
      clock.pass(1)
      waits.push(gate.pause(await gate.enter(signal), wait))
    }
    expect(waits).toEqual([750, 1_500, 3_000, 6_000, 60_000])
    clock.pass(1)
    gate.answered(await gate.enter(signal), undefined)
    clock.pass(1)
    expect(gate.pause(await gate.enter(signal), 0)).toBe(0)
  })
})

describe('an outage', () => {
  it('is probed by two at a time, ever more slowly, and ends with any answer', async () => {
    const { gate, clock } = openGate()
    const turns: Turn[] = []
    for (let index = 0; index < 5; index++) turns.push(await gate.enter(signal))
    const { left } = enterAll(gate, 50)
    await settle()
    const out = left.length
    for (const turn of turns) gate.failed(turn)
    for (let index = 0; index < out; index++) gate.failed(EARLY)
    const waitsFrom = clock.slept.length
    await settle()
    expect(left.length - out).toBe(2)
    expect(clock.slept.slice(waitsFrom)).toContain(375)
    clock.pass(1)
    gate.failed({ ...EARLY, leftAt: clock.now() })
    gate.failed({ ...EARLY, leftAt: clock.now() })
    await settle()
    expect(left.length - out).toBe(4)
    gate.answered(EARLY, undefined)
    await settle()
    expect(left.length - out).toBeGreaterThan(4)
  })

  it('gives up when nothing was answered for as long as the settings say, all requests together', async () => {
    const { gate, clock } = openGate({ giveUpAfterSeconds: 60 })
    const first = await gate.enter(signal)
    const second = await gate.enter(signal)
    expect(gate.failed(first)).toMatchObject({ failures: 1, lastedMs: 0, isTooLong: false })
    clock.pass(60_000)
    expect(gate.failed(second)).toMatchObject({ failures: 2, lastedMs: 60_000, isTooLong: true })
  })

  it('turns everybody away at the end, and lets nobody who left before start a new one', async () => {
    const { gate } = openGate({ maxConnections: 4 })
    const { left, failed } = enterAll(gate, 9)
    await settle()
    expect(left).toHaveLength(4)
    gate.end(new BrazeError('over'))
    await settle()
    expect(failed).toHaveLength(5)
    expect(failed[0]).toMatchObject({ message: 'over' })
    expect(gate.failed(EARLY)).toMatchObject({ failures: 0, endedBy: { message: 'over' } })
    gate.giveBack()
    expect(gate.failed(await gate.enter(signal))).toMatchObject({ failures: 1, endedBy: undefined })
  })
})

describe('leaving the queue', () => {
  it('rejects at once with the reason when the signal aborts, and the others move up', async () => {
    const { gate } = openGate({ maxConnections: 1, requestsPerSecond: 1000 })
    await gate.enter(signal)
    const stop = new AbortController()
    const waiting = gate.enter(stop.signal)
    const behind = gate.enter(signal)
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    gate.giveBack()
    await expect(behind).resolves.toMatchObject({ ends: 0 })
    await expect(gate.enter(stop.signal)).rejects.toBe(reason)
  })

  it('leaves nothing behind on a signal that lives as long as the run', async () => {
    const { gate } = openGate()
    const run = new AbortController()
    await gate.enter(run.signal)
    gate.giveBack()
    expect(getEventListeners(run.signal, 'abort')).toHaveLength(0)
  })

  it('keeps to the moment it was given, and then goes first', async () => {
    const { gate, clock } = openGate({ maxConnections: 1 })
    await gate.enter(signal)
    const order: string[] = []
    void gate.enter(signal, clock.now() + 500).then(() => order.push('delayed'))
    void gate.enter(signal).then(() => order.push('new'))
    clock.pass(500)
    gate.giveBack()
    await settle()
    gate.giveBack()
    await settle()
    expect(order).toEqual(['delayed', 'new'])
  })

  it('turns away for good once it is closed', async () => {
    const { gate } = openGate({ maxConnections: 1 })
    await gate.enter(signal)
    const waiting = gate.enter(signal)
    gate.close(new BrazeError('closed'))
    await expect(waiting).rejects.toThrow('closed')
    await expect(gate.enter(signal)).rejects.toThrow('closed')
  })
})
