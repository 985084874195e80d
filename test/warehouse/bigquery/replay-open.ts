// Decides how the replay tests open their door: against the server of the test, with a clock that does not wait.

import type { BigQuerySettings, Jobs } from '../../../src/warehouse/bigquery/jobs.ts'
import { openJobs } from '../../../src/warehouse/bigquery/open-jobs.ts'
import type { Replay } from './replay-server.ts'

export const FIELDS = [
  { name: 'id', type: 'STRING' },
  { name: 'n', type: 'INTEGER' },
]
export const ROWS = [
  ['a', '1'],
  ['b', '9007199254740993'],
  [null, null],
]
export const READ = [
  { id: 'a', n: 1 },
  { id: 'b', n: '9007199254740993' },
  { id: null, n: null },
]
export const ABOUT = { stage: 'delta', sync: 'lapsed_vip', run: 'R1' }

/** Waits are noted, and pass at once. */
export async function open(
  server: Replay,
  more: Partial<BigQuerySettings> = {},
): Promise<{ jobs: Jobs; waits: number[] }> {
  const waits: number[] = []
  let now = 0
  const clock = {
    sleep: async (milliseconds: number) => {
      waits.push(milliseconds)
      now += milliseconds
    },
    monotonic: () => now,
    random: () => 1,
  }
  const settings = {
    name: 'shop',
    project: 'brazier-test',
    location: 'EU',
    maxBytesBilled: 123_000_000,
    timeout: 60,
    apiEndpoint: server.url,
    ...more,
  }
  return { jobs: await openJobs(settings, clock), waits }
}
