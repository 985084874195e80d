import { expect, it } from 'vitest'
import { openReaders } from '../../src/serve/readers.ts'
import type { Session } from '../../src/warehouse/port.ts'

it('readers are closed once the last of them is done, and not under its hands', async () => {
  const said: string[] = []
  const session = { close: async () => void said.push('closed') } as unknown as Session
  const readers = openReaders(async () => session)
  const work = Promise.withResolvers<void>()
  const reading = readers.use(async () => {
    await work.promise
    said.push('done')
  })
  const closing = readers.close().then(() => said.push('all closed'))
  await new Promise(setImmediate)
  expect(said).toEqual([])
  work.resolve()
  await Promise.all([reading, closing])
  expect(said).toEqual(['done', 'closed', 'all closed'])
})
