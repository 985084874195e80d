// Decides that every page can be used: nothing serious for axe in light and dark, nothing to scroll sideways on a phone, no
// error in the browser, by keyboard alone, within the role.

import axe, { type AxeResults, type RunOptions } from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser } from './browser.ts'
import { type FixtureServer, openFixtures, TOKEN } from './fixture-server.ts'
import { PLANS, RUNS } from './fixtures/shop.ts'

/** Each page with something that stands on it once it is whole. */
const PAGES: readonly [string, string][] = [
  ['#/syncs', 'newsletter_engaged'],
  ['#/syncs/lapsed_vip', 'Adds and removes per run'],
  ['#/syncs/spring_promo', 'npx brazier retire spring_promo'],
  ['#/runs', 'the command line'],
  [`#/runs/${RUNS.done}`, '1,648'],
  [`#/runs/${RUNS.live}`, '32,000 of 64,000 people'],
  [`#/runs/${RUNS.failed}`, 'Braze refused the key (401).'],
  ['#/plans', 'Waiting for approval'],
  [`#/plans/${PLANS.held}`, 'Sample of its changes'],
  ['#/people', 'Type an id as your SQL returns it'],
  ['#/people/cust-004711', 'What was sent'],
  ['#/people/nobody', 'Nothing is known of this person.'],
  ['#/elsewhere', 'There is no such page.'],
]

let server: FixtureServer
let browser: Browser
/** Shared, so that the files are asked for once; the token is each tab's own. */
let context: BrowserContext
const errors: string[] = []

beforeAll(async () => {
  if (!hasBrowser) return
  server = await openFixtures()
  browser = await openBrowser()
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(() => {
  if (!hasBrowser) return
  server.stage.status = {}
  server.stage.empty = false
  server.posts.length = 0
  errors.length = 0
})

const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent')

/** Signed in, in a tab of its own. */
async function signedIn(): Promise<Page> {
  const page = await context.newPage()
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (said) => {
    if (said.type() === 'error' && !said.text().includes('status of 40')) errors.push(said.text())
  })
  await page.addInitScript(`sessionStorage.setItem('brazier.token', '${TOKEN}')`)
  await page.goto(server.url)
  await page.getByRole('heading', { name: 'Syncs' }).waitFor()
  return page
}

async function visit(page: Page, [address, said]: readonly [string, string]): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(address)}`)
  await page.getByText(said).first().waitFor()
}

/** In dark only the colours differ. */
async function complaints(page: Page, colours: 'light' | 'dark'): Promise<string[]> {
  const options: RunOptions = {
    resultTypes: ['violations'],
    ...(colours === 'dark' ? { runOnly: ['color-contrast'] } : {}),
  }
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axe.source)
  const found = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`)
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)
}

describe.skipIf(!hasBrowser)('the pages of the dashboard', () => {
  it('have nothing serious for axe in light and dark, and nothing to scroll sideways on a phone', async () => {
    const page = await signedIn()
    const look = async (address: string) => {
      expect(await complaints(page, 'light'), `${address} in light`).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await complaints(page, 'dark'), `${address} in dark`).toEqual([])
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize({ width: 390, height: 900 })
      expect(await page.evaluate<number>('document.documentElement.scrollWidth'), address).toBe(390)
      await page.setViewportSize({ width: 1280, height: 900 })
    }
    for (const each of PAGES) {
      await visit(page, each)
      await look(each[0])
    }
    await visit(page, ['#/syncs', 'newsletter_engaged'])
    await page.getByRole('button', { name: 'Run now…' }).click()
    await page.getByRole('button', { name: 'Send to 18,430 people in 246 requests' }).waitFor()
    await look('the dialog')
    expect(errors).toEqual([])
    await page.close()
  })

  it('teach where there is nothing yet', async () => {
    server.stage.empty = true
    const page = await signedIn()
    await visit(page, ['#/syncs', 'cat > sql/audiences/big_spenders.sql'])
    await visit(page, ['#/runs', 'npx brazier sync'])
    await visit(page, ['#/plans', 'npx brazier plan'])
    await page.close()
  })
})

describe.skipIf(!hasBrowser)('somebody', () => {
  it('signs in with a token that stays in the tab, and out again', async () => {
    const page = await context.newPage()
    await page.goto(`${server.url}/#/runs`)
    await page.getByLabel('Token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The service does not know this token.').waitFor()
    await page.getByLabel('Token').fill(TOKEN)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor()
    expect(await page.evaluate<string>('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')).toBe(
      JSON.stringify([{ 'brazier.token': TOKEN }, {}]),
    )
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
    expect(await page.evaluate<number>('sessionStorage.length')).toBe(0)
    await page.close()
  })

  it('approves a held plan by keyboard alone, asked once more', async () => {
    const page = await signedIn()
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab')
        const label = await focused(page)
        if (name.test(label)) return
      }
      throw new Error(`Nothing named ${name} can be reached by Tab.`)
    }
    await tabTo(/^Skip to the content$/)
    await page.keyboard.press('Enter')
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('main')
    await page.keyboard.press('Shift+Tab')
    await page.reload()
    await page.getByText('newsletter_engaged').waitFor()
    await tabTo(/^Plans/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Plans', exact: true }).waitFor()
    expect(await focused(page)).toBe('Plans')
    await tabTo(/^1 h ago$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sample of its changes' }).waitFor()
    await tabTo(/^Approve…$/)
    await page.keyboard.press('Enter')
    await page.getByText('2,341 people in 32 requests').waitFor()
    await page.keyboard.press('Escape')
    expect(server.posts).toEqual([])
    expect(await focused(page)).toBe('Approve…')
    await page.keyboard.press('Enter')
    await tabTo(/^Approve and send$/)
    await page.keyboard.press('Enter')
    await page.getByText('32,000 of 64,000 people').waitFor()
    expect(server.posts.map(({ path }) => path)).toEqual([`/plans/${PLANS.held}/approve`])
    expect(await page.locator('#live').textContent()).toBe('Sending, 50 percent')
    await page.close()
  })

  it('runs a sync only after its plan', async () => {
    const page = await signedIn()
    await visit(page, ['#/syncs/vip', 'Adds and removes per run'])
    await page.getByRole('button', { name: 'Run now…' }).click()
    const send = page.getByRole('button', { name: 'Send to 18,430 people in 246 requests' })
    await send.waitFor()
    expect(await page.getByText('FIRST LOAD').count()).toBe(1)
    expect(server.posts.map(({ path, body }) => [path, body])).toEqual([
      ['/runs', { select: ['vip'], dry_run: true }],
    ])
    expect(server.posts[0]?.key).toMatch(/^\w+-\w+-\w+-\w+$/)
    await send.click()
    await page.getByText('32,000 of 64,000 people').waitFor()
    expect(server.posts[1]?.path).toBe(`/plans/${PLANS.made}/approve`)
    await page.close()
  })

  it('stops everything, and sees on each page that it stands still', async () => {
    const page = await signedIn()
    await page.getByRole('button', { name: 'Pause everything…' }).click()
    await page.getByLabel('Why, for people who wonder (may stay empty)').fill('an incident')
    await page.getByRole('button', { name: 'Pause everything', exact: true }).click()
    await page.getByText('Everything stands still').waitFor()
    expect(server.posts).toEqual([{ path: '/pause', body: { reason: 'an incident' }, key: undefined }])
    await visit(page, ['#/runs', 'the command line'])
    await page.getByRole('button', { name: 'Resume…' }).click()
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await page.getByText('Everything stands still').waitFor({ state: 'detached' })
    await page.close()
  })

  it('sees no more than the role may do', async () => {
    server.stage.status = { you: { name: 'tom', role: 'viewer' } }
    const viewer = await signedIn()
    expect(await viewer.getByRole('button', { name: /Run now|Pause/ }).count()).toBe(0)
    await visit(viewer, [`#/plans/${PLANS.held}`, 'Samples name people, so they are shown to operators.'])
    expect(await viewer.getByRole('button', { name: /Approve|Reject/ }).count()).toBe(0)
    await visit(viewer, ['#/people', 'Looking people up takes the role operator.'])
    server.stage.status = { you: { name: 'ida', role: 'operator' } }
    await viewer.reload()
    await visit(viewer, [`#/plans/${PLANS.held}`, 'takes the role admin; you are operator.'])
    expect(await viewer.getByRole('button', { name: /Approve|Reject/ }).allTextContents()).toEqual([
      'Reject…',
    ])
    await viewer.close()
  })
})
