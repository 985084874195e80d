// Decides how tests read a configuration text: as if it stood in the folder /projects/shop.

import { expect } from 'vitest'
import { problemText } from '../../src/model/errors.ts'
import { readConfig } from '../../src/project/config.ts'

export const BRAZE = 'braze: { endpoint: "https://rest.iad-01.braze.com", api_key: "k-1" }\n'
export const DUCKDB = 'warehouse: { type: duckdb }\n'

interface Reading {
  readonly env?: Readonly<Record<string, string>>
  readonly requireApiKey?: boolean
}

export function read(text: string, { env = {}, requireApiKey = true }: Reading = {}) {
  return readConfig({ text, directory: '/projects/shop', environment: env, requireApiKey })
}

export function settingsOf(text: string, reading?: Reading) {
  const { settings, problems } = read(text, reading)
  expect(problems.map(problemText)).toEqual([])
  return settings
}

export function problemsOf(text: string, reading?: Reading): string[] {
  return read(text, reading).problems.map(
    ({ line, message }) => `${line === undefined ? '' : `${line}: `}${message}`,
  )
}
