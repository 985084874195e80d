// Decides that the demo plays to its end and says what it should, that it ends with the dashboard open on a life of several
// days, and that the dashboard shows what the real service says of it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser } from './browser.ts'

const PROGRAM = fileURLToPath(new URL('../../src/demo/main.ts', import.meta.url))
const DAYS = 4

let folder: string
let demo: ChildProcess
let said = ''
let complaints = ''
let url: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brazier-life-'))
  demo = spawn(process.execPath, [PROGRAM, folder, '--serve', '--port', '0', '--days', String(DAYS)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  url = await new Promise((resolve, reject) => {
    demo.stdout?.on('data', (piece) => {
      said += piece
      const found = /Brazier serves: (\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    demo.stderr?.on('data', (piece) => {
      complaints += piece
    })
    demo.once('exit', (code) => reject(new Error(`The demo ended with ${code}:\n${said}\n${complaints}`)))
  })
})

afterAll(async () => {
  if (demo.exitCode === null) {
    demo.kill('SIGTERM')
    await once(demo, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

const ask = async (path: string) => {
  const reply = await fetch(`${url}${path}`)
  expect(reply.status).toBe(200)
  return reply.json() as Promise<Record<string, unknown>>
}

describe('the demo that ends with the dashboard', () => {
  it('tells its scenes', () => {
    const commands = said.match(/^\$ npx brazier .*$/gm)?.map((line) => line.slice('$ npx brazier '.length))
    expect(commands).toEqual(['check', 'plan', 'sync', 'plan', 'sync', 'sync', 'sync', 'plan', 'serve'])
    for (const scene of [
      'ok: 6 syncs checked; no rows read, nothing sent',
      '5,000 objects in 67 requests',
      '~  outgrow_quiz_score      58                          91',
      '~  audiences               ["quiz_lead"]               ["newsletter_engaged"]',
      'held outgrow_quiz: nothing of it was sent',
      'Nothing to do. Braze holds what the warehouse says.',
    ]) {
      expect(said).toContain(scene)
    }
    expect(said).toMatch(/brazier apply p-\d{8}-\d{6}-\w{6}/)
    // No colours where nobody sees them.
    expect(said).not.toContain('\u001b')
    expect(complaints).toBe('')
  })

  it('serves a life of several days', async () => {
    expect(await ask('/livez')).toEqual({ status: 'ok' })
    const { history } = (await ask('/api/v1/syncs/vip')) as { history: { ended_at: string }[] }
    const days = history.map(({ ended_at: at }) => Math.round((Date.now() - Date.parse(at)) / 86_400_000))
    // The first load, a day each, and the repair in the second night; then perhaps a run of the schedule.
    expect(days.slice(0, 6)).toEqual([4, 3, 2, 2, 1, 0])
    const { plans } = (await ask('/api/v1/plans?status=open')) as { plans: { held: boolean }[] }
    expect(plans.map(({ held }) => held)).toEqual([true, true])
  })

  it('gives the page to anybody, under the policy of the service', async () => {
    const page = await fetch(url)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'")
    expect(await page.text()).toContain('<script type="module" src="main.js">')
  })
})

describe.skipIf(!hasBrowser)('the dashboard on a real life', () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []
  beforeAll(async () => {
    browser = await openBrowser()
    page = await browser.newPage()
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (line) => line.type() === 'error' && errors.push(line.text()))
  })
  afterAll(() => browser?.close())

  it('leads from what is held to its plan, past the guard, to the run and to a person', async () => {
    await page.goto(url)
    await page.getByText('6 syncs: 2 held, 1 rejecting, 3 healthy.').waitFor()
    await page.getByRole('link', { name: 'quiz_lead' }).click()
    await page.getByText('A guard holds it: nothing of it is sent').waitFor()
    await page.locator('canvas').nth(1).waitFor()
    await page.getByRole('link', { name: 'its plan' }).click()
    await page.getByText('A guard holds quiz_lead.').waitFor()
    const person = await page.locator('tbody a.id').first().textContent()
    await page.getByRole('button', { name: 'Approve…' }).click()
    await page.getByRole('button', { name: 'Approve and send' }).click()
    await page.locator('h1 + span', { hasText: 'succeeded' }).waitFor()
    await page.getByText('Answered 201').waitFor()
    expect(await page.locator('.waterfall tbody th').allTextContents()).toContain('Sending')
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByLabel('Id of a person').fill(String(person))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'What was sent' }).waitFor()
    const newest = page.locator('section', { hasText: 'What was sent' }).locator('tbody tr').first()
    expect(await newest.textContent()).toContain('quiz_lead')
    expect(await newest.textContent()).toContain('remove')
    expect(errors).toEqual([])
  })

  it('runs a sync after its plan, and says what is refused', async () => {
    await page.getByRole('link', { name: 'Syncs' }).click()
    await page.getByRole('link', { name: 'customer_value' }).click()
    await page.getByRole('rowheader', { name: 'home_city: over 255 characters' }).waitFor()
    await page.getByRole('button', { name: 'Run now…' }).click()
    // Their addresses are tried again until they are parked.
    await page.getByRole('button', { name: 'Send to 3 people in 1 request' }).click()
    await page.getByRole('row', { name: /customer_value rejected/ }).waitFor()
    expect(errors).toEqual([])
  })
})

describe('the demo', () => {
  it('ends in order when it is stopped', async () => {
    demo.kill('SIGTERM')
    const [code] = await once(demo, 'exit')
    expect(code).toBe(0)
  })
})
