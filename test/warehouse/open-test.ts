// Decides how warehouse tests open databases in the three combinations that a project can have.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { StoreSettings } from '../../src/model/definition.ts'
import { openDatabases } from '../../src/warehouse/open.ts'
import type { Databases } from '../../src/warehouse/port.ts'

const folders: string[] = []

// Registered when a test file imports this, since a hook cannot register another one.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is removed after the file's tests. */
export function testFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'brazier-test-')))
  folders.push(folder)
  return folder
}

/** A state file in a folder of its own. Tests may run in a container, where it would be refused. */
export function stateSettings(folder = testFolder()): Extract<StoreSettings, { type: 'duckdb' }> {
  return {
    type: 'duckdb',
    path: join(folder, 'state', 'brazier.duckdb'),
    memoryLimit: '256MB',
    threads: 2,
    ephemeral: true,
  }
}

export async function openDuckdb(
  options: { init?: readonly string[]; path?: string; folder?: string } = {},
): Promise<Databases> {
  const directory = options.folder ?? testFolder()
  return openDatabases({
    name: 'test',
    directory,
    warehouse: {
      type: 'duckdb',
      init: options.init ?? [],
      ...(options.path === undefined ? {} : { path: options.path }),
    },
    store: stateSettings(directory),
  })
}

export async function openPostgres(
  url: string,
  store: 'postgres' | 'duckdb',
  statementTimeout = 60,
): Promise<Databases> {
  return openDatabases({
    name: 'test',
    directory: '/',
    warehouse: { type: 'postgres', url, statementTimeout },
    store: store === 'postgres' ? { type: 'warehouse', schema: 'brazier' } : stateSettings(),
  })
}
