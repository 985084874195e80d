// Decides how the schemas look as JSON Schema, for editors. Wherever a text must have a form, a reference to the
// environment may stand in its place.

import { z } from 'zod'
import { configSchema } from '../model/config-schema.ts'
import { headerSchema } from '../model/header-schema.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const REFERENCE = '|\\$\\{[A-Za-z_]'

interface Form {
  readonly title: string
  /** Whether `${NAME}` is filled from the environment there. */
  readonly takesReferences: boolean
}

function asJsonSchema(schema: z.ZodType, { title, takesReferences }: Form): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // Safe integers are what JavaScript can hold, not what the key asks for.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      const { pattern } = jsonSchema
      // Comes by twice for an optional key: once for the key, once for what it wraps.
      if (!takesReferences || pattern === undefined || pattern.endsWith(REFERENCE)) return
      jsonSchema.pattern = `(${pattern})${REFERENCE}`
    },
  })
  return { ...json, title }
}

/** Of config/brazier.yaml. */
export function configJsonSchema(): JsonSchema {
  return asJsonSchema(configSchema, { title: 'Brazier project', takesReferences: true })
}

/** Of the header of a SQL file; which keys fit which kind is said in their descriptions. */
export function headerJsonSchema(): JsonSchema {
  return asJsonSchema(headerSchema, { title: 'Brazier SQL header', takesReferences: false })
}
