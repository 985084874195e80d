// Decides how the demo types a command: the real program in a process of its own, its output straight to the terminal.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { DemoError, expectEqual } from './expectation.ts'
import type { Narrator } from './narrator.ts'

export interface Commands {
  /** Shown, run, and its exit code checked. */
  run(words: readonly string[], exitCode?: number): Promise<void>
  /** The service, until somebody stops it. */
  serve(port: string): Promise<void>
  /** Not shown: what it answers with --json. */
  ask(words: readonly string[]): Promise<unknown>
}

export interface CommandOptions {
  /** Of the project. */
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
  readonly narrator: Pick<Narrator, 'command'>
}

/** Beside this file, compiled as it is, or not. */
const PROGRAM = fileURLToPath(new URL(`../cli/main${import.meta.url.slice(-3)}`, import.meta.url))

const ignore = () => undefined

export function openCommands({ directory, env, narrator }: CommandOptions): Commands {
  const start = (words: readonly string[], output: 'shown' | 'read') =>
    spawn(process.execPath, [PROGRAM, ...words], {
      cwd: directory,
      // Log lines are for machines; on a terminal there is a progress bar.
      // What is shown is typed with npx, so what it names to type next is too.
      env: { LOG_LEVEL: 'warn', npm_command: 'exec', ...env },
      stdio: output === 'shown' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'ignore'],
    })
  return {
    run: async (words, exitCode = 0) => {
      narrator.command(['npx brazier', ...words].join(' '))
      const child = start(words, 'shown')
      const [code] = await once(child, 'exit')
      expectEqual(`the exit code of \`brazier ${words.join(' ')}\``, code, exitCode)
    },
    serve: async (port) => {
      narrator.command('npx brazier serve')
      const child = start(['serve', '--port', port], 'shown')
      // Ctrl-C reaches both of us; the sandbox stays until the last request has been answered.
      const pass = (signal: NodeJS.Signals) => child.kill(signal)
      process.on('SIGINT', ignore).on('SIGTERM', pass)
      await once(child, 'exit')
      process.off('SIGINT', ignore).off('SIGTERM', pass)
    },
    ask: async (words) => {
      const child = start([...words, '--json'], 'read')
      if (child.stdout === null) throw new DemoError('the output of a command cannot be read')
      const [answer] = await Promise.all([text(child.stdout), once(child, 'exit')])
      return JSON.parse(answer)
    },
  }
}
