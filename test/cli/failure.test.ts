import { describe, expect, it } from 'vitest'
import { failureOf } from '../../src/cli/failure.ts'
import { paintFor } from '../../src/cli/paint.ts'
import {
  BrazeError,
  BrazierError,
  LeaseHeldError,
  ProjectError,
  StalePlanError,
  UsageError,
  WarehouseError,
} from '../../src/model/errors.ts'

const plain = paintFor(false)

describe('how an error is told', () => {
  it.each([
    [new BrazierError('no'), 1],
    [new BrazeError('no'), 1],
    [new WarehouseError('no'), 1],
    [new StalePlanError('no'), 1],
    [new TypeError('no'), 1],
    [new UsageError('no'), 2],
    [new ProjectError([{ file: 'a', message: 'no' }]), 2],
    [new LeaseHeldError('no'), 75],
  ])('%o exits %d', (error, exitCode) => expect(failureOf(error).exitCode).toBe(exitCode))

  it('what happened, then what to do', () => {
    const failure = failureOf(new UsageError('no sync is called vpi', { hint: 'Did you mean vip?' }))
    expect(failure.text(plain)).toBe('error: no sync is called vpi\n  Did you mean vip?')
    expect(failure.json()).toEqual({ error: { message: 'no sync is called vpi', hint: 'Did you mean vip?' } })
  })

  it('commands of ours as one would type them here', () => {
    const here = paintFor(false, { program: 'npx brazier', project: 'shop' })
    const failure = failureOf(new UsageError('no', { hint: 'Make one with `brazier plan`, or `vip`.' }))
    expect(failure.text(here)).toBe('error: no\n  Make one with `npx brazier plan --project shop`, or `vip`.')
    expect(failure.json().error.hint).toBe('Make one with `brazier plan`, or `vip`.')
  })

  it('one problem of the project as one line, with file and line', () => {
    const problem = { file: 'config/brazier.yaml', line: 3, message: 'brze is no key', hint: 'braze?' }
    const failure = failureOf(new ProjectError([problem]))
    expect(failure.text(plain)).toBe('error: config/brazier.yaml:3: brze is no key\n  braze?')
    expect(failure.json().error).toEqual({
      message: 'config/brazier.yaml:3: brze is no key',
      hint: 'braze?',
      problems: [problem],
    })
  })

  it('several problems in one report', () => {
    const problems = [
      { file: 'a.sql', line: 1, message: 'is empty' },
      { file: 'b.sql', message: 'has no end', hint: 'End it.' },
    ]
    expect(failureOf(new ProjectError(problems)).text(plain)).toBe(
      'error: the project has 2 problems\n  a.sql:1: is empty\n  b.sql: has no end\n      End it.',
    )
  })

  it('law 9: a mistake of ours is told without its words, which may hold anything', () => {
    const failure = failureOf(new SyntaxError('Unexpected token in "ada@example.com"'))
    expect(failure.text(plain)).toContain('nobody foresaw: SyntaxError')
    expect(failure.text(plain)).not.toContain('ada@example.com')
    expect(JSON.stringify(failure.json())).not.toContain('ada@example.com')
  })

  it('what the operating system says is repeated: it names paths only', () => {
    const error = Object.assign(new Error("EACCES: permission denied, mkdir '/state'"), {
      code: 'EACCES',
      syscall: 'mkdir',
    })
    expect(failureOf(error).text(plain)).toBe("error: EACCES: permission denied, mkdir '/state'")
  })

  it('a stack only when asked for, with the causes', () => {
    const error = new WarehouseError('no', { cause: new Error('deeper') })
    expect(failureOf(error).text(plain)).toBe('error: no')
    const verbose = failureOf(error, true).text(plain)
    expect(verbose).toContain('failure.test.ts')
    expect(verbose).toContain('caused by Error: deeper')
  })

  it('anything that is thrown', () => {
    expect(failureOf('a text').exitCode).toBe(1)
  })
})
