// What only a process of its own can show of the service: that it says where it is, has the state file, and ends in order.

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { brazier, ended, newFolder, start } from './support/brazier.ts'

it('serve says where it is, runs what is due, has the state file, and ends with the signal', async () => {
  const sandbox = await startSandbox()
  const shop = join(await newFolder(), 'shop')
  await brazier(['init', shop])
  const at = { cwd: shop, env: { BRAZE_ENDPOINT: sandbox.url } }
  const child = start(['serve', '--port', '0', '--json'], at)
  const end = ended(child)
  const said = await new Promise<string>((resolve) =>
    child.stdout?.once('data', (data) => resolve(`${data}`)),
  )
  const { url, open } = JSON.parse(said)
  expect(open).toBe(true)
  const read = async (path: string) => JSON.parse(await (await fetch(`${url}${path}`)).text())
  let { runs } = await read('/api/v1/runs')
  while (runs[0]?.status !== 'succeeded') ({ runs } = await read('/api/v1/runs'))
  expect(runs).toMatchObject([{ trigger: 'schedule', objects: 12 }])
  expect(sandbox.profiles()).toHaveLength(12)
  const refused = await brazier(['status', '--json'], at)
  expect(refused.code).toBe(75)
  expect(JSON.parse(refused.stdout).error).toMatchObject({
    message: expect.stringContaining(`is open in another process (process ${child.pid} on`),
    hint: expect.stringContaining('brazier serve'),
  })
  child.kill('SIGTERM')
  const { code, stderr } = await end
  expect(code).toBe(143)
  expect(stderr).toContain('"event":"service.run_ended"')
  expect((await brazier(['status', '--json'], at)).code).toBe(0)
  await sandbox.close()
})

it('serve refuses to be open to others', async () => {
  const shop = join(await newFolder(), 'shop')
  await brazier(['init', shop])
  const { code, stderr } = await brazier(['serve', '--host', '0.0.0.0'], { cwd: shop })
  expect(code).toBe(2)
  expect(stderr).toContain('`brazier token NAME` makes one')
})

it('token makes one that nobody can guess, and says what to configure', async () => {
  const [one, other] = [
    await brazier(['token', 'ci', '--role', 'operator', '--json']),
    await brazier(['token', 'ci', '--json']),
  ]
  const { token, sha256, role } = JSON.parse(one.stdout)
  expect(role).toBe('operator')
  expect(token).toMatch(/^brazier_[\w-]{43}$/)
  expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.parse(other.stdout)).toMatchObject({ role: 'viewer' })
  expect(other.stdout).not.toContain(token)
  expect((await brazier(['token', 'ci', '--role', 'owner'])).code).toBe(2)
  expect((await brazier(['token', 'my ci'])).code).toBe(2)
})
