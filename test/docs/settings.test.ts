import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configJsonSchema, headerJsonSchema, type JsonSchema } from '../../src/project/json-schema.ts'

const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
const [ofConfig = '', ofHeader = ''] = page.split('## The header of a SQL file')

/** What stands in the first column of the tables. */
const listed = (text: string): string[] =>
  [...new Set([...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key ?? ''))].sort()

/** Keys with their section in front: `braze.endpoint`. */
function keysOf(schema: JsonSchema, prefix = ''): string[] {
  const variants = schema.anyOf ?? schema.oneOf
  if (Array.isArray(variants) && schema.properties === undefined) {
    return variants.flatMap((variant: JsonSchema) => keysOf(variant, prefix))
  }
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>
  return Object.entries(properties).flatMap(([key, inner]) => {
    const below = keysOf(inner, `${prefix}${key}.`)
    return below.length > 0 ? below : [`${prefix}${key}`]
  })
}

const unique = (keys: readonly string[]) => [...new Set(keys)].sort()

describe('docs/settings.md', () => {
  it('lists every key of config/brazier.yaml, and no other', () => {
    expect(listed(ofConfig)).toEqual(unique(keysOf(configJsonSchema())))
  })

  it('lists every key of a header, and no other', () => {
    const keys = keysOf(headerJsonSchema()).map((key) => key.split('.')[0] ?? '')
    expect(listed(ofHeader)).toEqual(unique(keys))
  })
})
