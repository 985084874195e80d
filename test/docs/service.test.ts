import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PROBLEM_CODES } from '../../src/serve/api/problem-shape.ts'
import { ROUTES } from '../../src/serve/api/routes.ts'

const page = readFileSync(new URL('../../docs/service.md', import.meta.url), 'utf8')

describe('docs/service.md', () => {
  it('lists every route with its role, in the order of the API', () => {
    const listed = [...page.matchAll(/^\| `((?:GET|POST) \/\S+)` \| (\w+) \|/gm)].map(([, route, role]) => [
      route,
      role,
    ])
    expect(listed).toEqual(
      Object.values(ROUTES).map(({ method, path, role }) => [
        `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
        role,
      ]),
    )
  })

  it('names every code of an error', () => {
    expect(PROBLEM_CODES.filter((code) => !page.includes(`\`${code}\``))).toEqual([])
  })
})
