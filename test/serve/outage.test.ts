// Decides what must hold of the service when the server of the warehouse drops all connections in the night: it goes on by
// itself, at the next look or the one after.

import { expect, it } from 'vitest'
import { makeWorld } from '../support/world.ts'
import { serve } from './served.ts'

const DROP = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`

it.each(['postgres', 'postgres+duckdb'] as const)(
  'connections that break are opened anew, on %s',
  async (on) => {
    const world = await makeWorld({
      on,
      syncs: { 'sql/properties/value.sql': 'select id as external_id, spent from people' },
      data: [`create table people as select 'c-1' as id, 1 as spent`],
      config: { defaults: { schedule: '0 0 1 1 *' } },
    })
    const served = await serve(world)
    await served.service.tick()
    expect(world.profiles()['c-1']?.spent).toBe('1')
    await world.sql('update people set spent = 2', DROP)
    const statuses: string[] = []
    for (let tries = 0; statuses.at(-1) !== 'succeeded' && tries < 4; tries += 1) {
      const { status, body } = await served.post('runs', {})
      statuses.push(status === 202 ? (await served.end(body.run)).status : body.code)
    }
    expect(statuses.at(-1)).toBe('succeeded')
    expect(statuses.length).toBeLessThanOrEqual(3)
    expect(world.profiles()['c-1']?.spent).toBe('2')
  },
)
