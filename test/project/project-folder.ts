// Decides how a test makes a project on disk: a folder of its own with the files it names, gone after the test.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Project } from '../../src/model/definition.ts'
import { ProjectError, problemText } from '../../src/model/errors.ts'
import { loadProject } from '../../src/project/load-project.ts'

export const CONFIG = `name: shop
warehouse: { type: duckdb, path: shop.duckdb }
braze:
  endpoint: https://rest.fra-01.braze.eu
  api_key: \${BRAZE_API_KEY}
`

export async function projectFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'brazier-project-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await mkdir(join(directory, 'sql'))
  for (const [file, content] of Object.entries({ 'config/brazier.yaml': CONFIG, ...files })) {
    await mkdir(dirname(join(directory, file)), { recursive: true })
    await writeFile(join(directory, file), content)
  }
  return directory
}

export interface Loading {
  readonly env?: Readonly<Record<string, string>>
  readonly requireApiKey?: boolean
}

export async function load(
  files: Readonly<Record<string, string | Uint8Array>>,
  loading: Loading = {},
): Promise<Project> {
  const directory = await projectFolder(files)
  return loadProject({
    directory,
    env: loading.env ?? { BRAZE_API_KEY: 'key' },
    requireApiKey: loading.requireApiKey ?? true,
  })
}

/** The problems of a project that is refused, each as `file:line: message` (hints apart). */
export async function problemsOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  loading: Loading = {},
): Promise<string[]> {
  return (await refusalOf(files, loading)).problems.map(({ file, line, message }) =>
    problemText({ file, message, ...(line === undefined ? {} : { line }) }),
  )
}

export async function refusalOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  loading: Loading = {},
): Promise<ProjectError> {
  const error: unknown = await load(files, loading).then(
    () => new Error('the project was accepted'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof ProjectError) return error
  throw error
}
