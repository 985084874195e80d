// Decides how every error is told over HTTP (RFC 9457): a code that stays, what happened, what to do next. Nothing of what
// was sent comes back, and nothing of the inside goes out.

import {
  BrazierError,
  LeaseHeldError,
  StalePlanError,
  UsageError,
  WarehouseError,
} from '../../model/errors.ts'
import type { Problem, ProblemCode } from '../api/problem-shape.ts'
import { CrowdedError } from '../readers.ts'
import { QueueFullError } from '../runner.ts'

const KINDS: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  invalid_request: [400, 'The request is not valid'],
  unauthenticated: [401, 'A token is needed'],
  forbidden: [403, 'Your role may not do this'],
  wrong_host: [403, 'The service is not reached under this name'],
  not_found: [404, 'There is no such thing'],
  method_not_allowed: [405, 'The path knows no such method'],
  paused: [409, 'It is paused'],
  plan_stale: [409, 'The plan may not be applied any more'],
  body_too_large: [413, 'The body is too large'],
  not_json: [415, 'The body must be JSON'],
  unknown_selection: [404, 'The selection means nothing'],
  key_reused: [409, 'The Idempotency-Key belongs to another request'],
  too_many_failures: [429, 'Too many tokens were wrong'],
  internal: [500, 'The service failed in a way that nobody foresaw'],
  queue_full: [503, 'Too many runs wait'],
  stopping: [503, 'The service is about to end'],
  unavailable: [503, 'The ledger cannot be read now'],
}

export interface ProblemDetail {
  readonly detail: string
  readonly hint?: string | undefined
  readonly errors?: readonly { readonly at: string; readonly message: string }[]
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that is an error. */
export class ApiError extends Error {
  readonly code: ProblemCode
  readonly about: ProblemDetail

  constructor(code: ProblemCode, about: ProblemDetail) {
    super(about.detail)
    this.code = code
    this.about = about
  }
}

export const statusOf = (code: ProblemCode): number => KINDS[code][0]
export const titleOf = (code: ProblemCode): string => KINDS[code][1]

export function problemOf({ code, about }: ApiError): Problem {
  const [status, title] = KINDS[code]
  return {
    type: `urn:brazier:problem:${code}`,
    title,
    status,
    code,
    detail: about.detail,
    hint: about.hint ?? null,
    ...(about.errors === undefined ? {} : { errors: [...about.errors] }),
  }
}

/** Whatever was thrown, as an answer. */
export function apiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof BrazierError)
    return new ApiError(codeOf(thrown), { detail: thrown.message, hint: thrown.hint })
  const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500
  if (status === 413) return new ApiError('body_too_large', { detail: 'at most 64 KB are taken' })
  if (status === 415)
    return new ApiError('not_json', { detail: 'the header content-type must be application/json' })
  if (status >= 400 && status < 500)
    return new ApiError('invalid_request', { detail: 'the request cannot be read' })
  return new ApiError('internal', {
    detail: 'the request could not be answered',
    hint: 'The log of the service says where it failed.',
  })
}

function codeOf(error: BrazierError): ProblemCode {
  if (error instanceof UsageError) return 'unknown_selection'
  if (error instanceof StalePlanError) return 'plan_stale'
  if (error instanceof QueueFullError) return 'queue_full'
  if (error instanceof WarehouseError || error instanceof CrowdedError || error instanceof LeaseHeldError)
    return 'unavailable'
  return 'internal'
}
