// Decides that the dashboard is whole: every file that a page asks for is there, of its type, and asked for again only when
// it has changed; and that the browser's code writes numbers as the command line does.

import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, distance, length } from '../../src/cli/format.ts'
import { dashboardFiles } from '../../src/dashboard/files.ts'
import { mountDashboard } from '../../src/dashboard/mount.ts'

const server = fastify()
beforeAll(() => mountDashboard(server))
afterAll(() => server.close())

const text = (path: string) =>
  dashboardFiles()
    .find((file) => file.path === path)
    ?.body.toString() ?? ''

/** The file that a relative address means. */
const resolved = (from: string, to: string) => new URL(to, `http://x/${from}`).pathname.slice(1)

describe('the files of the dashboard', () => {
  it('ask for nothing that is not among them, and for nothing elsewhere', () => {
    const files = dashboardFiles()
    const paths = new Set(files.map((file) => file.path))
    const asked = files
      .filter((file) => file.path.endsWith('.js') && !file.path.startsWith('vendor/'))
      .flatMap((file) =>
        [...file.body.toString().matchAll(/^import .*?'([^']+)'|\bfrom '([^']+)'$/gms)]
          .map((match) => match[1] ?? match[2] ?? '')
          .filter((path) => path.endsWith('.js'))
          .map((path) => resolved(file.path, path)),
      )
    expect(asked.length).toBeGreaterThan(50)
    expect(asked.filter((path) => !paths.has(path))).toEqual([])
    const page = [...text('index.html').matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1])
    expect(page.sort()).toEqual(['icon.svg', 'main.js', 'style.css', 'theme.js'])
    expect(page.filter((path) => !paths.has(path ?? ''))).toEqual([])
    expect(text('index.html')).not.toMatch(/<style|style="|<script>|https?:/)
    expect(text('style.css')).not.toMatch(/url\(|@import/)
    expect(text('style.css')).toContain('.u-over')
  })

  it('never make markup of a text', () => {
    const own = dashboardFiles().filter(({ path }) => path.endsWith('.js') && !path.startsWith('vendor/'))
    const risky = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser/
    expect(own.filter(({ body }) => risky.test(body.toString())).map(({ path }) => path)).toEqual([])
    expect(own.length).toBeGreaterThan(30)
  })

  it('are served with their type, and again only when they have changed', async () => {
    const first = await server.inject('/')
    expect(first.statusCode).toBe(200)
    expect(first.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(first.headers['cache-control']).toBe('no-cache')
    const again = await server.inject({ url: '/', headers: { 'if-none-match': String(first.headers.etag) } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    const chart = await server.inject('/vendor/uplot.js')
    expect(chart.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(chart.body).toContain('export { uPlot as default }')
    expect((await server.inject('/styles/tokens.css')).statusCode).toBe(404)
    expect((await server.inject('/../package.json')).statusCode).toBe(404)
  })
})

describe('the browser writes as the command line does', () => {
  it('numbers, lengths and distances', async () => {
    // @ts-expect-error It is code for browsers, which the types of this program do not cover.
    const web = await import('../../src/dashboard/web/format.js')
    const now = new Date('2026-11-22T05:00:00Z')
    for (const value of [0, 0.04, 1, 9.96, 12, 59.4, 60, 61, 185, 3600, 7810, 86_400, 273_700, 1_234_567]) {
      expect([web.count(value), web.length(value)]).toEqual([count(value), length(value)])
      for (const sign of [1, -1]) {
        const at = new Date(now.getTime() + sign * value * 1000)
        expect(web.distance(at, now)).toBe(distance(at, now))
      }
    }
  })

  it('what was sent, member by member, with large numbers as they are', async () => {
    // @ts-expect-error As above.
    const { split } = await import('../../src/dashboard/web/parts/members.js')
    expect(split('"a\\"b":12345678901234567890,"list":["x, y",{"z":[1,2]}],"gone":null')).toEqual([
      ['a"b', '12345678901234567890'],
      ['list', '["x, y",{"z":[1,2]}]'],
      ['gone', 'null'],
    ])
  })

  it('events of a run, however they are cut', async () => {
    // @ts-expect-error As above.
    const { parseEvent } = await import('../../src/dashboard/web/follow.js')
    expect(parseEvent('event: run\ndata: {"a":\ndata: 1}')).toEqual({ event: 'run', data: '{"a":\n1}' })
    expect(parseEvent(': still here')).toEqual({ event: 'message', data: '' })
  })
})
