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
  /** Not shown: what it answers with --json. */
  ask(words: readonly string[]): Promise<unknown>
  /** The line that somebody would type. */
  line(words: readonly string[]): string
}

export interface CommandOptions {
  /** As it is typed. */
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
  readonly narrator: Pick<Narrator, 'command'>
}

/** Beside this file, compiled as it is, or not. */
const PROGRAM = fileURLToPath(new URL(`../cli/main${import.meta.url.slice(-3)}`, import.meta.url))

export function openCommands({ directory, env, narrator }: CommandOptions): Commands {
  const start = (words: readonly string[], output: 'inherit' | 'pipe') =>
    spawn(process.execPath, [PROGRAM, ...words, '--project', directory], {
      // Log lines are for machines; on a terminal there is a progress bar.
      env: { LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', output, 'inherit'],
    })
  const line = (words: readonly string[]) => ['npx brazier', ...words, '--project', directory].join(' ')
  return {
    line,
    run: async (words, exitCode = 0) => {
      narrator.command(line(words))
      const child = start(words, 'inherit')
      const [code] = await once(child, 'exit')
      expectEqual(`the exit code of \`brazier ${words.join(' ')}\``, code, exitCode)
    },
    ask: async (words) => {
      const child = start([...words, '--json'], 'pipe')
      if (child.stdout === null) throw new DemoError('the output of a command cannot be read')
      const [answer] = await Promise.all([text(child.stdout), once(child, 'exit')])
      return JSON.parse(answer)
    },
  }
}
