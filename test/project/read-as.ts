// Decides how a test reads one file's text as a sync.

import { expect } from 'vitest'
import { problemText } from '../../src/model/errors.ts'
import type { RunnableKind } from '../../src/model/words.ts'
import type { SyncDefaults } from '../../src/project/sync-defaults.ts'
import { readSync } from '../../src/project/sync-definition.ts'

export const DEFAULTS: SyncDefaults = {
  schedule: { text: 'hourly', cron: '0 * * * *', timezone: 'Europe/Berlin' },
  guards: { maxRemoves: { unit: 'share', share: 0.2 }, minRows: 1 },
  refreshDays: 30,
  maxAttempts: 5,
}

export function readAs(kind: RunnableKind, text: string) {
  const folder = kind === 'audience' ? 'audiences' : 'properties'
  return readSync({ file: `sql/${folder}/vip.sql`, name: 'vip', kind }, text, DEFAULTS)
}

export function syncOf(kind: RunnableKind, text: string) {
  const { sync, problems } = readAs(kind, text)
  expect(problems.map(problemText)).toEqual([])
  return sync
}

export function problemsOf(kind: RunnableKind, header: string): string[] {
  return readAs(kind, `/* ---\n${header}\n--- */\nselect 1`).problems.map(
    ({ line, message }) => `${line === undefined ? '' : `${line}: `}${message}`,
  )
}

export const withHeader = (header: string, sql = 'select 1 as external_id') =>
  `/* ---\n${header}\n--- */\n${sql}`
