import { describe, expect, it } from 'vitest'
import { sight } from '../../src/cli/bar.ts'
import { jsonLog, logLevel, plainLog } from '../../src/cli/log.ts'
import { paintFor } from '../../src/cli/paint.ts'
import { loggingTeller } from '../../src/cli/teller.ts'
import { silentLog } from '../../src/model/log.ts'

describe('the level', () => {
  it.each([
    [undefined, false, 'info'],
    [undefined, true, 'debug'],
    ['', false, 'info'],
    ['WARN', false, 'warn'],
    ['silent', true, 'silent'],
  ])('LOG_LEVEL %s, verbose %s: %s', (text, verbose, level) => expect(logLevel(text, verbose)).toBe(level))

  it('names the nearest when it is unknown', () => {
    expect(() => logLevel('warm', false)).toThrow(
      expect.objectContaining({ exitCode: 2, hint: 'Did you mean warn?' }),
    )
  })
})

describe('lines', () => {
  it('for machines: one object each, with level, time and event, and no secret', () => {
    const lines: string[] = []
    const log = jsonLog('info', (line) => lines.push(line))
    log.debug('unheard')
    log.warn('braze.retry', { attempt: 2, api_key: 'k3y', url: 'postgres://a:b@c/d' })
    expect(lines).toHaveLength(1)
    const { time, ...line } = JSON.parse(lines[0] ?? '')
    expect(line).toEqual({
      level: 'warn',
      severity: 'WARNING',
      event: 'braze.retry',
      attempt: 2,
      api_key: '***',
      url: '***',
    })
    expect(new Date(time).toISOString()).toBe(time)
  })

  it('for a terminal: short', () => {
    const lines: string[] = []
    const log = plainLog('info', paintFor(false), (line) => lines.push(line))
    log.debug('unheard')
    log.info('run.recovered', { run: 'r-1', phase: null })
    log.warn('braze.new_key', { origin: 'https://x', password: 'p' })
    expect(lines).toEqual([
      'run.recovered  run=r-1\n',
      'warning: braze.new_key  origin=https://x password=***\n',
    ])
  })
})

describe('progress', () => {
  it('is a line per stage, and one every ten seconds while it lasts', () => {
    const events: string[] = []
    let time = 0
    const log = {
      ...silentLog,
      info: (event: string, fields = {}) => events.push(`${event} ${JSON.stringify(fields)}`),
    }
    const teller = loggingTeller(log, () => time)
    const sent = (at: number, objects: number) => {
      time = at
      teller.progress({ stage: 'send', objects, total: 300, requests: objects / 75 })
    }
    teller.progress({ stage: 'lease' })
    teller.progress({ stage: 'candidates', sync: 'a', done: 0, total: 2 })
    teller.progress({ stage: 'candidates', sync: 'b', done: 1, total: 2 })
    for (const [at, objects] of [
      [0, 0],
      [9_999, 75],
      [10_000, 150],
      [11_000, 225],
    ] as const)
      sent(at, objects)
    expect(events).toEqual([
      'run.lease {}',
      'run.candidates {"sync":"a","done":0,"total":2}',
      'run.candidates {"sync":"b","done":1,"total":2}',
      'run.send {"objects":0,"total":300,"requests":0}',
      'run.send {"objects":150,"total":300,"requests":2}',
    ])
  })

  it.each([
    [{ stage: 'settle' } as const, { text: 'settling', value: 0, total: 0 }],
    [
      { stage: 'candidates', sync: 'vip', done: 1, total: 5 } as const,
      { text: 'reading vip', value: 1, total: 5 },
    ],
    [
      { stage: 'send', objects: 1500, total: 9000, requests: 1020 } as const,
      { text: 'sending, 1,020 requests', value: 1500, total: 9000 },
    ],
  ])('%o is seen as %o', (progress, seen) => expect(sight(progress)).toEqual(seen))
})
