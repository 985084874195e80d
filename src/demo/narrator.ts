// Decides how the demo speaks: short headings, a few lines, the commands as one would type them.

import type { Paint } from '../cli/paint.ts'

export interface Narrator {
  readonly paint: Paint
  heading(text: string): void
  /** Lines as they are. */
  say(text: string): void
  /** A command that is about to run. */
  command(line: string): void
}

export function openNarrator(write: (text: string) => void, paint: Paint): Narrator {
  let scene = 0
  return {
    paint,
    heading: (text) => {
      scene += 1
      write(`\n${paint.strong(`── ${scene}. ${text} `.padEnd(80, '─'))}\n`)
    },
    say: (text) => write(`\n${text}\n`),
    command: (line) => write(`\n${paint.good('$')} ${paint.strong(line)}\n`),
  }
}
