// Decides how a test starts the program as people do, in a process of its own, and follows what it says on stderr.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compileCache } from './compile-cache.ts'

export interface ProgramEnd {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  readonly ended: Promise<ProgramEnd>
  /** Resolves at the nth line that has this text; rejects when the program ends without it. */
  says(text: string, nth?: number): Promise<void>
  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): void
}

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export function startProgram(directory: string, words: readonly string[]): Program {
  const { PATH = '', HOME = '' } = process.env
  const env = { ...compileCache, PATH, HOME, LOG_LEVEL: 'info', BRAZE_API_KEY: 'sandbox-key' }
  const child = spawn(process.execPath, ['--no-warnings', MAIN, ...words, '--project', directory, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  const look = new Set<() => void>()
  child.stdout.on('data', (part) => {
    stdout += part
  })
  child.stderr.on('data', (part) => {
    stderr += part
    for (const one of look) one()
  })
  const ended = new Promise<ProgramEnd>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  )
  return {
    ended,
    says: (text, nth = 1) =>
      new Promise((resolve, reject) => {
        const one = () => {
          if (stderr.split(text).length <= nth) return
          look.delete(one)
          resolve()
        }
        look.add(one)
        one()
        void ended.then((end) => reject(new Error(`it ended without "${text}": ${JSON.stringify(end)}`)))
      }),
    signal: (name) => void child.kill(name),
  }
}
