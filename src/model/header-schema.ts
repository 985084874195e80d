// Decides what the header of a SQL file may say: its keys, their forms, and which kind each key is for.

import { z } from 'zod'
import { catchUp, guardsSchema, jitter } from './config-schema.ts'
import { duration, SYNC_NAME, someText, textList, wholeNumber, yesOrNo } from './field-schema.ts'
import type { RunnableKind } from './words.ts'
import { MEMBERSHIPS } from './words.ts'

const DAY = 86_400
/** Digits after the point that a float of 64 bits can tell apart. */
const MOST_DECIMALS = 15

/** `on_leave: false` is a switch in YAML; the policy of that name is meant. */
const onLeave = z
  .union([z.literal(false), z.enum(['false', 'unset', 'keep', 'remove'])], {
    error: 'must be one of false, unset, keep, remove',
  })
  .transform((value) => (value === false ? 'false' : value))

const tags = textList().refine((list) => list.every((tag) => /^[A-Za-z0-9][\w.-]*$/.test(tag)), {
  error: 'must hold words of letters, digits, _, - and .',
})

/** The one name that a record cannot hold. Unsaid, the column would keep it. */
const UNHOLDABLE = '__proto__'

const renames = () =>
  z.preprocess(
    (given, context) => {
      if (typeof given === 'object' && given !== null && Object.hasOwn(given, UNHOLDABLE)) {
        const message = 'cannot be renamed here; give the column another name in the query'
        context.addIssue({ code: 'custom', path: [UNHOLDABLE], message, input: given })
      }
      return given
    },
    z.record(z.string(), z.string()),
  )

export const headerSchema = z.strictObject({
  description: z.string().describe('What this sync is, for people.').optional(),
  schedule: someText().describe('hourly | daily [at HH:MM] | every N minutes | a cron expression').optional(),
  timezone: someText().describe('The time zone of the schedule.').optional(),
  jitter: jitter().optional(),
  catch_up: catchUp().optional(),
  tags: tags.describe('Words to select this sync by: tag:winback').optional(),
  guards: guardsSchema.optional(),
  was: z
    .string()
    .regex(SYNC_NAME, { error: 'must be the former name of this file, without folder and .sql' })
    .describe("The file's former name: takes over its snapshot.")
    .optional(),
  create_users: yesOrNo().describe('May create profiles, default true.').optional(),
  refresh: duration(DAY, '1 day').describe('After this, an update-only sync sends a row again.').optional(),
  bad_keys: z.enum(['fail', 'withhold']).describe('Null, blank and duplicate keys, default fail.').optional(),
  max_attempts: wholeNumber(1, 1000).describe('Tries before a rejected row is parked.').optional(),
  on_leave: onLeave.describe('What becomes of a write when its person leaves.').optional(),
  membership: z.enum(MEMBERSHIPS).describe('Audiences: flag (default) or list.').optional(),
  attribute: z.string().describe('Audiences: the custom attribute.').optional(),
  rename: renames().describe('Properties: column to attribute.').optional(),
  prefix: z.string().describe('Properties: stands before every column that is not renamed.').optional(),
  nulls: z.enum(['unset', 'omit']).describe('Properties: what NULL means, default unset.').optional(),
  round: wholeNumber(0, MOST_DECIMALS).describe('Properties: decimal places of floats.').optional(),
})

export type Header = z.output<typeof headerSchema>

/** Keys that only one kind understands, with what to do instead elsewhere. Keys not listed are for every kind. */
export const KEYS_OF_ONE_KIND: Readonly<
  Record<string, { readonly kind: RunnableKind; readonly instead: string }>
> = {
  membership: { kind: 'audience', instead: 'Properties have no members; remove the key.' },
  attribute: { kind: 'audience', instead: 'Every column is an attribute; give it another name with rename.' },
  rename: { kind: 'properties', instead: 'An audience writes one attribute; name it with attribute.' },
  prefix: { kind: 'properties', instead: 'An audience writes one attribute; name it with attribute.' },
  nulls: { kind: 'properties', instead: 'An audience selects identity columns only; remove the key.' },
  round: { kind: 'properties', instead: 'An audience selects identity columns only; remove the key.' },
}
