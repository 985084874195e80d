import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openJobs } from '../../../src/warehouse/bigquery/open-jobs.ts'

const SETTINGS = { name: 'shop', project: 'brazier-test', location: 'EU', maxBytesBilled: 1e9, timeout: 60 }

async function keyFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'brazier-key-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'key.json')
  await writeFile(path, text)
  return path
}

const opening = async (text: string) => openJobs({ ...SETTINGS, credentialsFile: await keyFile(text) })

it.each([
  'hunter2',
  '{"private_key":"hunter2"}',
  '{"type":"authorized_user","client_secret":"hunter2"}',
  '{"type":"service_account","client_email":"a@b.c","private_key":"hunter2"}',
])('a key file that is none says so, and nothing of what is in it: %j', async (text) => {
  const refused = await opening(text).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    name: 'WarehouseError',
    message: expect.stringMatching(/^BigQuery does not know who we are: /),
    hint: expect.stringContaining('warehouse.credentials_file'),
  })
  expect(`${refused}`).not.toContain('hunter2')
})

it('a file that is not there', async () => {
  await expect(openJobs({ ...SETTINGS, credentialsFile: '/none.json' })).rejects.toMatchObject({
    message: 'BigQuery does not know who we are: the file of warehouse.credentials_file cannot be read',
  })
})

it('an emulator on this machine gets no key: the file is not even read', async () => {
  const emulated = { credentialsFile: '/none.json', apiEndpoint: 'http://127.0.0.1:9' }
  await (await openJobs({ ...SETTINGS, ...emulated })).close()
})
