// Decides how a test types a command: within this process, which is quick, or in one of its own, as people do.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { runLine } from '../../../src/cli/command-line.ts'
import { compileCache } from '../../support/compile-cache.ts'

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export function start(words: readonly string[], { cwd, env = {} }: RunOptions = {}): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, [MAIN, ...words], { cwd, env: { ...compileCache, PATH, HOME, ...env } })
}

export function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

export const inOwnProcess = (words: readonly string[], options?: RunOptions): Promise<Ended> =>
  ended(start(words, options))

export async function brazier(
  words: readonly string[],
  { cwd = tmpdir(), env = {} }: RunOptions = {},
): Promise<Ended> {
  const said = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[name] += chunk.toString()
        done()
      },
    })
  const code = await runLine(words, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    directory: cwd,
    listen: async () => ({ stop: new AbortController().signal, exitCode: undefined }),
  })
  return { code, ...said }
}

const folders: string[] = []

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'brazier-cli-'))
  folders.push(folder)
  return folder
}
