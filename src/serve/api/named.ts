// Decides how a shape of the API gets the name under which the OpenAPI document shows it.

import { z } from 'zod'

/** Shapes by name; the document makes a component of each. */
export const shapes = z.registry<{ id: string }>()

export function named<T extends z.ZodType>(id: string, schema: T): T {
  shapes.add(schema, { id })
  return schema
}

/** A moment as ISO 8601 in UTC. */
export const moment = () => z.iso.datetime().describe('ISO 8601, UTC')
export const count = () => z.int().min(0)
/** As in `p-20261122-030512-k7x2q9`. */
export const planId = () => z.string().regex(/^p-[0-9a-z-]{1,60}$/)
export const runId = () => z.string().regex(/^r-[0-9a-z-]{1,60}$/)
export const syncName = () => z.string().regex(/^[a-z][a-z0-9_]{0,39}$/)
/** Negated, so that every language's regular expressions read it alike. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is there to refuse them
const NO_CONTROL_SIGNS = /^[^\u0000-\u001f]*$/

/** One line of text: the databases keep no NUL, and nobody needs the other signs that cannot be seen. */
export const line = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .regex(NO_CONTROL_SIGNS, { error: 'must be one line without control characters' })
export const maybe = <T extends z.ZodType>(schema: T) => schema.nullable()

/** A whole number in a query string. */
export const limit = (usual: number, most: number) =>
  z.coerce.number().int().min(1).max(most).default(usual).describe(`At most so many, ${usual} unless said`)
