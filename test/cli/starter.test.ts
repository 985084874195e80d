// The project that `init` makes, from end to end, against a sandbox on loopback.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { paintFor } from '../../src/cli/paint.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { brazier, newFolder } from './support/brazier.ts'

let sandbox: Sandbox
let shop: string

beforeEach(async () => {
  sandbox = await startSandbox()
  shop = join(await newFolder(), 'shop')
  await brazier(['init', shop])
})

afterEach(() => sandbox.close())

const run = (...words: string[]) => brazier(words, { cwd: shop, env: { BRAZE_ENDPOINT: sandbox.url } })

async function edit(file: string, from: string, to: string): Promise<void> {
  const path = join(shop, file)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
}

describe('a new project', () => {
  it('checks, plans and syncs as it is', async () => {
    const checked = await run('check', '--json')
    expect(checked.code).toBe(0)
    expect(JSON.parse(checked.stdout)).toMatchObject({
      status: 'succeeded',
      syncs: [
        { name: 'big_spenders', writes: [{ attribute: 'big_spenders', type: 'boolean' }] },
        { name: 'shopping', writes: [{ attribute: 'shop_city' }, {}, {}, { attribute: 'shop_last_order' }] },
      ],
    })
    const planned = await run('plan', '--json')
    expect([planned.code, sandbox.requests]).toEqual([0, []])
    expect(JSON.parse(planned.stdout)).toMatchObject({ objects: 12, requests: 1, new_profiles: 12 })
    const synced = await run('sync', '--json')
    expect(synced.code).toBe(0)
    expect(JSON.parse(synced.stdout)).toMatchObject({ status: 'succeeded', requests: 1, objects: 12 })
    expect(sandbox.profile('c-001')?.attributes).toEqual({
      big_spenders: true,
      shop_city: 'Oslo',
      shop_orders: 2,
      shop_spent: 218.9,
      shop_last_order: '2026-03-02',
    })
    const again = await run('sync')
    expect(again.code).toBe(0)
    expect(again.stdout).toMatch(
      /\nsucceeded: 0 added, 0 changed, 0 removed \(r-\S+\)\n0 requests, 0 data points, /,
    )
    expect(sandbox.requests).toHaveLength(1)
  })

  it('check leaves no ledger behind, and status needs none', async () => {
    await run('check')
    const { code, stdout } = await run('status', '--json')
    expect([code, JSON.parse(stdout).syncs[0]]).toMatchObject([0, { status: null, size: 0, due: true }])
    expect(await readdir(shop)).not.toContain('state')
  })

  it('is gone on with from where one stands', async () => {
    const folder = await newFolder()
    const { stdout } = await brazier(['init', 'a/shop'], { cwd: folder, env: { npm_command: 'exec' } })
    expect(stdout).toContain('Next:\n  npx brazier check --project a/shop     reads')
    expect(stdout).toContain('\n  npx brazier sandbox --project a/shop   the')
    const own = await newFolder()
    const here = await brazier(['init'], { cwd: own })
    expect(here.stdout).toContain('\n  brazier check     reads')
  })

  it('is never overwritten', async () => {
    const again = await brazier(['init', shop])
    expect([again.code, again.stdout]).toEqual([2, ''])
    await rm(join(shop, 'config'), { recursive: true })
    await writeFile(join(shop, 'data/orders.csv'), 'mine')
    const { code, stdout } = await brazier(['init', shop, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ made: ['config/brazier.yaml'] })
    expect(await readFile(join(shop, 'data/orders.csv'), 'utf8')).toBe('mine')
  })
})

describe('what is due', () => {
  it('runs once, and then nothing is', async () => {
    const first = await run('sync', '--due', '--json')
    expect(JSON.parse(first.stdout).syncs).toHaveLength(2)
    const second = await run('sync', '--due', '--json')
    expect(second.code).toBe(0)
    expect(JSON.parse(second.stdout)).toMatchObject({ run: null, status: 'succeeded', syncs: [] })
    const third = await run('sync', '--due')
    expect(third.stdout).toMatch(/^Nothing is due\. Next: \w+ at \d{4}-/)
    expect(JSON.parse((await run('runs', '--json')).stdout).runs).toHaveLength(1)
  })

  it('a run by hand counts as well', async () => {
    await run('sync', 'shopping')
    const { stdout } = await run('sync', '--due', '--json')
    expect(JSON.parse(stdout).syncs.map((sync: { name: string }) => sync.name)).toEqual(['big_spenders'])
  })
})

it('a command that is printed to be typed next is for the same project', async () => {
  const folder = join(shop, '..')
  const other = (words: string[], directory = 'shop') =>
    brazier([...words, '--project', directory], { cwd: folder, env: { BRAZE_ENDPOINT: sandbox.url } })
  const planned = await other(['plan'])
  const typed = /^ {2}brazier (apply p-\S+ --project shop)$/m.exec(planned.stdout)?.[1]
  const applied = await brazier((typed ?? '').split(' '), {
    cwd: folder,
    env: { BRAZE_ENDPOINT: sandbox.url },
  })
  expect([applied.code, sandbox.requests.length]).toEqual([0, 1])
  expect(paintFor(false, { project: "it's here" }).command('runs')).toBe(
    "brazier runs --project 'it'\\''s here'",
  )
  expect(paintFor(false).command('runs')).toBe('brazier runs')
})

describe('a guard', () => {
  it('holds with 3; status says since when and how; apply lets through; the plan is good for once', async () => {
    await run('sync')
    await edit('config/brazier.yaml', 'max_removes: 20%', 'max_removes: 1')
    await edit('sql/audiences/big_spenders.sql', '> 200', '> 400')
    const planned = await run('plan')
    expect(planned.code).toBe(0)
    expect(planned.stdout).toContain('HELD')
    const held = await run('sync')
    expect(held.code).toBe(3)
    expect(held.stdout).toMatch(/held big_spenders: nothing of it was sent\n {2}max_removes: 5 people/)
    const plan = /brazier apply (p-\S+)/.exec(held.stdout)?.[1] ?? ''
    const status = await run('status', '--json')
    expect(JSON.parse(status.stdout).syncs[0]).toMatchObject({ status: 'held', plan, size: 6 })
    expect(sandbox.profile('c-001')?.attributes).toMatchObject({ big_spenders: true })
    const applied = await run('apply', plan, '--json')
    expect([applied.code, JSON.parse(applied.stdout).requests]).toEqual([0, 1])
    expect(sandbox.profile('c-001')?.attributes).toMatchObject({ big_spenders: false })
    const stale = await run('apply', plan, '--json')
    expect(stale.code).toBe(1)
    expect(JSON.parse(stale.stdout).error.message).toContain('is stale')
  })
})

describe('a sync that fails', () => {
  it('exits 1, says why and what to do, and stops nobody else', async () => {
    await edit('sql/audiences/big_spenders.sql', 'from orders', 'from oders')
    for (const command of ['check', 'plan', 'sync']) {
      const { code, stdout } = await run(command)
      expect([command, code]).toEqual([command, 1])
      expect(stdout).toContain('failed big_spenders: ')
      expect(stdout).toContain('oders')
    }
    expect(sandbox.profile('c-001')?.attributes).toMatchObject({ shop_orders: 2 })
    const status = await run('status')
    expect(status.stdout).toMatch(/failed big_spenders: .*oders/)
  })
})

describe('a file that is gone', () => {
  it('is an orphan until it is retired', async () => {
    await run('sync')
    await rm(join(shop, 'sql/audiences/big_spenders.sql'))
    expect((await run('check')).stdout).toContain('orphan big_spenders')
    expect((await run('status')).stdout).toContain(
      'for 6 people\n    To take it back: brazier retire big_spenders',
    )
    const retired = await run('retire', 'big_spenders', '--json')
    expect(retired.code).toBe(0)
    expect(JSON.parse(retired.stdout).syncs[0]).toMatchObject({ removed: 6, sent: 6 })
    expect(sandbox.profile('c-001')?.attributes).toMatchObject({ big_spenders: false })
    expect((await run('status')).stdout).not.toContain('big_spenders')
  })
})

it('resync sends everybody again', async () => {
  await run('sync')
  const { code, stdout } = await run('resync', 'shopping')
  expect(code).toBe(0)
  expect(stdout).toMatch(/12 sent again \(r-\S+\)\n1 request/)
})

describe('law 9', () => {
  it('no person, no value and no key unless asked for, in any stream', async () => {
    const key = 'sandbox-key'
    const ends = [
      await run('check', '--verbose'),
      await run('plan', '--verbose'),
      await run('sync', '--verbose'),
      await run('status'),
      await run('runs'),
      await run('rejections'),
    ]
    for (const { stdout, stderr } of ends) {
      expect(stdout + stderr).not.toMatch(/c-0\d\d|Oslo|Lyon|310/)
      expect(stdout + stderr).not.toContain(key)
    }
    expect(sandbox.profiles()).toHaveLength(12)
  })

  it('asked for, a plan shows a few', async () => {
    const { stdout } = await run('plan', '--show-ids')
    expect(stdout).toContain('For example, big_spenders:\n  + c-001  "big_spenders":true\n')
    const json = JSON.parse((await run('plan', '--show-ids', '--json')).stdout)
    expect(json.samples.big_spenders).toContainEqual({
      op: 'add',
      person: 'c-001',
      members: '"big_spenders":true',
    })
  })

  it('rejections tell reasons, and people only when asked', async () => {
    await edit(
      'sql/audiences/big_spenders.sql',
      'select customer_id as',
      "select repeat('x', 1000) || customer_id as",
    )
    const synced = await run('sync')
    expect(synced.code).toBe(4)
    expect(synced.stdout).toContain('6 rows rejected; see why: brazier rejections --sync big_spenders')
    const quiet = await run('rejections', '--sync', 'big_spenders', '--json')
    const { rejections, people } = JSON.parse(quiet.stdout)
    expect(rejections).toMatchObject([{ sync: 'big_spenders', source: 'brazier', rows: 6 }])
    expect(people).toBeUndefined()
    expect(quiet.stdout).not.toContain('xxx')
    const loud = await run('rejections', '--show-ids', '--limit', '2', '--json')
    expect(JSON.parse(loud.stdout).people).toHaveLength(2)
    const slip = await run('rejections', '--sync', 'big_spender')
    expect([slip.code, slip.stderr]).toEqual([2, expect.stringContaining('Did you mean big_spenders?')])
    // An orphan is known, too.
    await rm(join(shop, 'sql/properties/shopping.sql'))
    const orphan = await run('rejections', '--sync', 'shopping')
    expect([orphan.code, orphan.stdout]).toEqual([0, 'Nothing is rejected.\n'])
  })
})

describe('log lines', () => {
  it('are objects on stderr where nobody watches, and LOG_LEVEL silences them', async () => {
    const { stderr } = await run('sync', '--json')
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event)
    expect(events).toContain('run.send')
    const env = { BRAZE_ENDPOINT: sandbox.url, LOG_LEVEL: 'silent' }
    expect((await brazier(['sync'], { cwd: shop, env })).stderr).toBe('')
  })
})

describe('who cannot go on', () => {
  it('without a key: plan works, sync says what to set', async () => {
    await edit('config/brazier.yaml', `\${BRAZE_API_KEY:-sandbox-key}`, `\${BRAZE_API_KEY}`)
    expect((await run('plan')).code).toBe(0)
    const { code, stderr } = await run('sync')
    expect(code).toBe(2)
    expect(stderr).toContain('BRAZE_API_KEY')
  })

  it('with a wrong key: exit 1, one clear message, nothing lost', async () => {
    await edit('config/brazier.yaml', 'sandbox-key', 'some-other-key')
    const { code, stdout, stderr } = await run('sync', '--json')
    expect(code).toBe(1)
    const { error, status } = JSON.parse(stdout)
    expect(status).toBe('failed')
    expect(error.hint).not.toBeNull()
    expect(stdout + stderr).not.toContain('some-other-key')
    expect(stderr).not.toContain('    at ')
  })
})
