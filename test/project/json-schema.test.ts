import { describe, expect, it } from 'vitest'
import { configJsonSchema, headerJsonSchema } from '../../src/project/json-schema.ts'

describe('the JSON Schema', () => {
  it('of the configuration is the one that is kept for editors (vitest -u writes it)', async () => {
    const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`
    await expect(text).toMatchFileSnapshot('../../config/brazier.schema.json')
  })

  it('admits a reference wherever a text has a form', () => {
    const properties = configJsonSchema().properties as Record<string, { pattern?: string }>
    const pattern = new RegExp(properties.refresh?.pattern ?? '')
    expect(pattern.test('30 days')).toBe(true)
    expect(pattern.test(`\${REFRESH}`)).toBe(true)
    expect(pattern.test('soon')).toBe(false)
  })

  it('knows the keys and refuses others', () => {
    expect(configJsonSchema()).toMatchObject({
      required: ['warehouse', 'braze'],
      additionalProperties: false,
    })
    expect(headerJsonSchema()).toMatchObject({
      additionalProperties: false,
      properties: { membership: { enum: ['flag', 'list', 'subscription_group', 'cohort'] } },
    })
  })
})
