// Decides what every error of the API looks like (RFC 9457), and the closed list of codes that clients may rely on.

import { z } from 'zod'
import { named } from './named.ts'

export const PROBLEM_CODES = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'wrong_host',
  'too_many_failures',
  'not_found',
  'method_not_allowed',
  'not_json',
  'body_too_large',
  'unknown_selection',
  'key_reused',
  'paused',
  'plan_stale',
  'queue_full',
  'stopping',
  'unavailable',
  'internal',
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

export const problemShape = named(
  'Problem',
  z.strictObject({
    type: z.string().describe('urn:brazier:problem:<code>'),
    title: z.string(),
    status: z.int(),
    code: z.enum(PROBLEM_CODES),
    detail: z.string().describe('What happened'),
    hint: z.string().nullable().describe('What to do next'),
    errors: z
      .array(z.strictObject({ at: z.string(), message: z.string() }))
      .optional()
      .describe('Each thing that is wrong with the request'),
  }),
)
export type Problem = z.output<typeof problemShape>
