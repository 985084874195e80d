import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { farewell, listen, StoppedError } from '../../src/cli/signals.ts'

function listening() {
  const source = new EventEmitter()
  const told: string[] = []
  let time = 0
  const signals = listen(
    source,
    { first: (signal) => told.push(signal), again: (exitCode) => told.push(`exit ${exitCode}`) },
    () => time,
  )
  const hear = (signal: string, at: number) => {
    time = at
    source.emit(signal)
  }
  return { signals, told, hear }
}

describe('signals', () => {
  it('are answered with what is going to happen', () => {
    expect(farewell('SIGTERM', ['sync', 'vip'])).toBe(
      'SIGTERM: finishing what is under way; once more to leave at once',
    )
    expect(farewell('SIGINT', ['sync', '--project', 'sandbox'])).toContain('finishing what is under way')
    // They listen until they are stopped: most of the time nothing is under way.
    for (const command of ['sandbox', 'serve'])
      expect(farewell('SIGINT', [command])).toBe('SIGINT: stopping; once more to leave at once')
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ])('%s stops with a reason, and exits %d', (signal, exitCode) => {
    const { signals, hear } = listening()
    expect([signals.stop.aborted, signals.exitCode]).toEqual([false, undefined])
    hear(signal, 0)
    expect(signals.stop.reason).toBeInstanceOf(StoppedError)
    expect(signals.stop.reason.exitCode).toBe(exitCode)
    expect(signals.exitCode).toBe(exitCode)
  })

  it('one Ctrl-C that npm hands on is one wish', () => {
    const { told, hear } = listening()
    hear('SIGINT', 0)
    hear('SIGINT', 20)
    expect(told).toEqual(['SIGINT'])
  })

  it('a second wish is to leave at once', () => {
    const { told, hear } = listening()
    hear('SIGINT', 0)
    hear('SIGTERM', 800)
    expect(told).toEqual(['SIGINT', 'exit 143'])
  })
})
