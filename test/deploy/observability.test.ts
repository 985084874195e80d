// Decides that the alert rules and the Grafana dashboard ask for numbers that the service tells, with labels that they have.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')

/** As src/service names them; a histogram is three. */
const told = new Set(
  globSync('src/serve/**/*.ts', { cwd: ROOT })
    .flatMap((path) => read(path).match(/'brazier_[a-z_]+'/g) ?? [])
    .map((name) => name.slice(1, -1)),
)
const asked = (expression: string): string[] =>
  [...expression.matchAll(/\bbrazier_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}
interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string }[]
}

const { groups } = parse(read('deploy/observability/rules.yaml')) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)
const dashboard = JSON.parse(read('deploy/observability/grafana-dashboard.json')) as {
  panels: Panel[]
  templating: { list: { name: string }[] }
}

it('the service tells numbers at all', () => {
  expect(told.size).toBeGreaterThan(15)
})

describe('the alert rules', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s', (_name, rule) => {
    expect([...told, 'up']).toEqual(expect.arrayContaining(asked(rule.expr)))
    expect(['critical', 'warning', 'info']).toContain(rule.labels.severity)
    expect(rule.annotations.description).toMatch(/\.$|\}\}$/)
  })

  it('notice when nothing runs at all', () => {
    expect(rules.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining(['BrazierDown', 'BrazierNotScraped', 'BrazierSyncLate', 'BrazierSyncHeld']),
    )
  })
})

describe('the Grafana dashboard', () => {
  const { panels, templating } = dashboard

  it('asks only for numbers that are told, of the instances that were chosen', () => {
    for (const { title, targets = [] } of panels)
      for (const { expr } of targets) {
        expect([...told], title).toEqual(expect.arrayContaining(asked(expr)))
        expect(expr, title).toContain('instance=~"$instance"')
      }
    const variables = JSON.stringify(panels).match(/\$(?!__)\{?([a-z]+)/g) ?? []
    const known = templating.list.map(({ name }) => name)
    expect([...new Set(variables.map((name) => name.replace(/\W/g, '')))].sort()).toEqual(known.sort())
  })

  it('shows runs, stages, people, requests, pace, queue, sizes and ages', () => {
    const shown = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => asked(expr)))
    expect(shown).toEqual(
      expect.arrayContaining([
        'brazier_runs_total',
        'brazier_run_seconds',
        'brazier_stage_seconds',
        'brazier_people_total',
        'brazier_braze_requests_total',
        'brazier_braze_pace',
        'brazier_queued_runs',
        'brazier_snapshot_people',
        'brazier_last_success_age_seconds',
      ]),
    )
  })

  it('has panels that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { gridPos: a, id } of panels) {
      expect(a.x + a.w).toBeLessThanOrEqual(24)
      const others = panels.filter((panel) => panel.id !== id).map((panel) => panel.gridPos)
      expect(
        others.some((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
      ).toBe(false)
    }
  })
})
