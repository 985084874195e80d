// Decides where text goes: the result of a command to stdout, everything else to stderr; with --json stdout carries one
// JSON object and nothing else, and the text for people moves to stderr, where it is shown on a terminal only, so that a
// file of log lines stays one.

import { type Paint, paintFor, programIn, wantsColour } from './paint.ts'
import type { Hider } from './secrets.ts'

interface Stream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface Output {
  /** What the command was asked for. */
  result(result: { text: (paint: Paint) => string; json: () => unknown }): void
  /** Lines for people beside the result. */
  note(text: (paint: Paint) => string): void
  /** Errors and their remedies: a note that with --json is an object too, unless there has been one. */
  failure(failure: { text: (paint: Paint) => string; json: () => unknown }): void
  /** Whether somebody sits before the result. */
  readonly isTerminal: boolean
}

export interface OutputOptions {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly json: boolean
  readonly color: boolean
  readonly hider: Hider
  /** What --project was given, when it was. */
  readonly project?: string
}

export function openOutput(options: OutputOptions): Output {
  const { stdout, stderr, env, json, color, hider, project } = options
  const typed = { program: programIn(env), ...(project === undefined ? {} : { project }) }
  const paints = new Map([stdout, stderr].map((to) => [to, paintFor(color && wantsColour(to, env), typed)]))
  const plain = paintFor(false, typed)
  let hasObject = false
  const say = (to: Stream, text: (paint: Paint) => string) => {
    const said = hider.hide(text(paints.get(to) ?? plain))
    if (said !== '') to.write(`${said}\n`)
  }
  const object = (value: unknown) => {
    if (hasObject) return
    hasObject = true
    stdout.write(`${hider.hide(JSON.stringify(value))}\n`)
  }
  return {
    result: ({ text, json: value }) => {
      if (!json) return say(stdout, text)
      if (stderr.isTTY === true) say(stderr, text)
      object(value())
    },
    note: (text) => say(stderr, text),
    failure: ({ text, json: value }) => {
      say(stderr, text)
      if (json) object(value())
    },
    isTerminal: stdout.isTTY === true && !json,
  }
}
