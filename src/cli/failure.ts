// Decides how an error is told: what happened, what to do next, and the exit code. Pure.

import { asError, BrazierError, type Problem, ProjectError, problemText } from '../model/errors.ts'
import { indented } from './format.ts'
import { type Paint, withCommands } from './paint.ts'

export interface Failure {
  readonly exitCode: number
  text(paint: Paint): string
  json(): { readonly error: FailureObject }
}

export interface FailureObject {
  readonly message: string
  readonly hint: string | null
  readonly problems?: readonly Problem[]
}

/** `verbose`: with the stack. */
export function failureOf(thrown: unknown, verbose = false): Failure {
  const error = asError(thrown)
  const told = error instanceof BrazierError ? tell(error) : unexpected(error)
  const hint = told.hint
  return {
    exitCode: error instanceof BrazierError ? error.exitCode : 1,
    text: (paint) =>
      [
        `${paint.bad('error:')} ${withCommands(told.message, paint)}`,
        ...(hint === undefined ? [] : [indented(withCommands(hint, paint))]),
        ...(verbose ? [paint.faint(stackOf(error))] : []),
      ].join('\n'),
    json: () => ({ error: { message: told.message, hint: hint ?? null, ...problemsOf(error) } }),
  }
}

interface Told {
  readonly message: string
  readonly hint: string | undefined
}

function tell(error: BrazierError): Told {
  if (!(error instanceof ProjectError)) return { message: error.message, hint: error.hint }
  const { problems } = error
  const [first] = problems
  if (first !== undefined && problems.length === 1) {
    const { hint, ...bare } = first
    return { message: problemText(bare), hint }
  }
  const list = problems.map((problem) => indented(problemText(problem))).join('\n')
  return { message: `the project has ${problems.length} problems\n${list}`, hint: undefined }
}

/** Not one of ours, so a mistake of the program; its words may hold anything, also what must not be shown. */
function unexpected(error: Error): Told {
  // What the operating system says names paths and ports only.
  if ('syscall' in error) return { message: error.message, hint: undefined }
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return {
    message: `Brazier failed in a way that nobody foresaw: ${error.name}${code}`,
    hint: 'Run it again with --verbose to see where, and please report it. Nothing is lost: the next run goes on from here.',
  }
}

function stackOf(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(asError(error.cause))}`
}

const problemsOf = (error: Error): Pick<FailureObject, 'problems'> =>
  error instanceof ProjectError ? { problems: error.problems } : {}
