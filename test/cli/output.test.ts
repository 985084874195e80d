import { describe, expect, it } from 'vitest'
import { type Output, openOutput } from '../../src/cli/output.ts'
import { openHider } from '../../src/cli/secrets.ts'

interface Spoken {
  readonly output: Output
  stdout(): string
  stderr(): string
}

function speak(options: {
  json?: boolean
  terminals?: readonly ('stdout' | 'stderr')[]
  env?: Record<string, string>
  color?: boolean
  secret?: string
}): Spoken {
  const said = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: options.terminals?.includes(name) ?? false,
    write: (text: string) => {
      said[name] += text
    },
  })
  const hider = openHider()
  if (options.secret !== undefined) hider.add(options.secret)
  const output = openOutput({
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: options.env ?? {},
    json: options.json ?? false,
    color: options.color ?? true,
    hider,
  })
  return { output, stdout: () => said.stdout, stderr: () => said.stderr }
}

const RESULT = { text: () => 'a table', json: () => ({ rows: 1 }) }

describe('where text goes', () => {
  it('the result to stdout, notes to stderr', () => {
    const { output, stdout, stderr } = speak({})
    output.result(RESULT)
    output.note(() => 'by the way')
    expect([stdout(), stderr()]).toEqual(['a table\n', 'by the way\n'])
  })

  it('with --json one object to stdout, and the table nowhere unless somebody watches', () => {
    const piped = speak({ json: true })
    piped.output.result(RESULT)
    expect([piped.stdout(), piped.stderr()]).toEqual(['{"rows":1}\n', ''])
    const watched = speak({ json: true, terminals: ['stderr'] })
    watched.output.result(RESULT)
    expect([watched.stdout(), watched.stderr()]).toEqual(['{"rows":1}\n', 'a table\n'])
  })

  it('with --json never a second object', () => {
    const { output, stdout, stderr } = speak({ json: true })
    output.result(RESULT)
    output.failure({ text: () => 'error: no', json: () => ({ error: 'no' }) })
    expect([stdout(), stderr()]).toEqual(['{"rows":1}\n', 'error: no\n'])
  })

  it('identities are for a terminal, and not for a machine that reads one', () => {
    expect(speak({ terminals: ['stdout'] }).output.isTerminal).toBe(true)
    expect(speak({ terminals: ['stdout'], json: true }).output.isTerminal).toBe(false)
    expect(speak({ terminals: ['stderr'] }).output.isTerminal).toBe(false)
  })
})

describe('a command to type next', () => {
  const shown = (env: Record<string, string>) => {
    const { output, stdout } = speak({ env })
    output.result({ text: (paint) => paint.command('plan'), json: () => null })
    return stdout()
  }

  it('works where the program was started: within a checkout only npx finds it', () => {
    expect(shown({})).toBe('brazier plan\n')
    expect(shown({ npm_command: 'exec' })).toBe('npx brazier plan\n')
    expect(shown({ npm_command: 'run-script', npm_lifecycle_event: 'sync' })).toBe('npx brazier plan\n')
  })
})

describe('colours', () => {
  const shown = (options: Parameters<typeof speak>[0]): string => {
    const { output, stdout } = speak(options)
    output.result({ text: (paint) => paint.good('ok'), json: () => null })
    return stdout()
  }

  it('are for terminals', () => {
    expect(shown({ terminals: ['stdout'] })).toBe('\u001b[32mok\u001b[39m\n')
    expect(shown({ terminals: ['stderr'] })).toBe('ok\n')
  })

  it.each([
    ['NO_COLOR', { env: { NO_COLOR: '1' } }],
    ['a dumb terminal', { env: { TERM: 'dumb' } }],
    ['--no-color', { color: false }],
  ])('are switched off by %s', (_what, options) => {
    expect(shown({ terminals: ['stdout'], ...options })).toBe('ok\n')
  })

  it('stay on with an empty NO_COLOR', () => {
    expect(shown({ terminals: ['stdout'], env: { NO_COLOR: '' } })).toContain('\u001b[32m')
  })
})

it('law 9: a secret is covered wherever it would be shown', () => {
  const { output, stdout, stderr } = speak({ json: true, secret: 'k3y-very-long' })
  output.note(() => 'sent with k3y-very-long, k3y-very-long')
  output.failure({ text: () => 'error: k3y-very-long', json: () => ({ error: 'no k3y-very-long' }) })
  expect(stderr()).toBe('sent with ***, ***\nerror: ***\n')
  expect(stdout()).toBe('{"error":"no ***"}\n')
})
