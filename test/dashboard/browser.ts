// Decides which browser the tests drive: the one that BRAZIER_TEST_CHROMIUM names, or the machine's. Without one the tests
// that need it are left out with a sentence on why; where CI is set, that is a failure.

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const named = process.env.BRAZIER_TEST_CHROMIUM
const path = named ?? USUAL.find((candidate) => existsSync(candidate))

if (path === undefined) {
  const reason = `no Chromium: looked for ${USUAL.join(', ')}; BRAZIER_TEST_CHROMIUM may name another one`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`Tests of the dashboard in a browser are left out: ${reason}.`)
}

export const hasBrowser = path !== undefined

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: path ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
