// What only a process of its own can show: signals, and two processes that meet at one state file.

import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { brazier, ended, inOwnProcess, newFolder, start } from './support/brazier.ts'

let sandbox: Sandbox
let shop: string

beforeEach(async () => {
  sandbox = await startSandbox()
  shop = join(await newFolder(), 'shop')
  await brazier(['init', shop])
})

afterEach(() => sandbox.close())

const at = () => ({ cwd: shop, env: { BRAZE_ENDPOINT: sandbox.url } })
const run = (...words: string[]) => brazier(words, at())

it('another process has the state: 75; with --wait it is waited for', async () => {
  await run('sync')
  const fault = sandbox.faults.inject({ kind: 'hold' })
  const first = inOwnProcess(['resync', 'shopping'], at())
  await fault.whenHit()
  const refused = await run('sync', '--json')
  expect(refused.code).toBe(75)
  expect(JSON.parse(refused.stdout).error.message).toContain('open in another process')
  expect((await run('check')).stderr).toContain('checked without it')
  const waiting = run('sync', '--wait', '1m')
  fault.remove()
  expect([(await first).code, (await waiting).code]).toEqual([0, 0])
})

describe('signals', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s lets what is in flight finish, settles, and exits %d', async (signal, exitCode) => {
    const fault = sandbox.faults.inject({ kind: 'hold' })
    const child = start(['sync', '--json'], at())
    const end = ended(child)
    await fault.whenHit()
    child.kill(signal)
    await new Promise((resolve) => child.stderr?.once('data', resolve))
    fault.remove()
    const { code, stdout, stderr } = await end
    expect(code).toBe(exitCode)
    expect(stderr).toContain(`stopped by ${signal}`)
    expect(JSON.parse(stdout).syncs).toHaveLength(2)
    expect(JSON.parse((await run('sync', '--json')).stdout)).toMatchObject({ objects: 0 })
    expect(sandbox.profiles()).toHaveLength(12)
  })

  it('a sandbox says where it is, and ends when told to', async () => {
    const child = start(['sandbox', '--port', '0', '--json'])
    const end = ended(child)
    const said = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (data) => resolve(`${data}`)),
    )
    const { url, api_key: key } = JSON.parse(said)
    const reply = await fetch(`${url}/users/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"attributes":[{"external_id":"a","x":1}]}',
    })
    expect(reply.status).toBe(201)
    child.kill('SIGTERM')
    expect((await end).code).toBe(143)
  })
})
