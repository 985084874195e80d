import { describe, expect, it } from 'vitest'
import { projectNameOf } from '../../src/project/config.ts'

describe('projectNameOf', () => {
  it.each([
    ['/a/shop', 'shop'],
    ['/a/My Shop (EU)', 'my_shop_eu'],
    ['/a/2024-shop', 'shop'],
    ['/', 'project'],
    ['/a/été', 'ete'],
    [`/a/${'x'.repeat(60)}`, 'x'.repeat(40)],
  ])('%s is %s', (directory, name) => {
    expect(projectNameOf(directory)).toBe(name)
  })
})
