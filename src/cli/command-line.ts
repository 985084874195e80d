// Decides how one command line is carried out, in whatever surroundings: parsed, handed to its command, and whatever comes
// back, a number or an error, told and turned into an exit code. Touches no process; what --help does not need is loaded late.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { CommanderError } from 'commander'
import type { Call } from './call.ts'
import { type Globals, HERE, makeProgram, unknownTopic } from './program.ts'
import type { Signals } from './signals.ts'

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean }

export interface Surroundings {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder in which the line was typed. */
  readonly directory: string
  /** Begins to listen for signals; help and usage errors do without. */
  readonly listen: () => Promise<Signals>
}

export async function runLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = 0
  const { stdout, stderr } = surroundings
  const program = makeProgram({
    version: version(),
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    act: async (globals, work) => {
      exitCode = await perform(await openCall(globals, surroundings), work)
    },
  })
  try {
    await program.parseAsync(words, { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    return thrown.exitCode === 0
      ? 0
      : usageExit(thrown, unknownTopic(program), words.includes('--json') ? stdout : undefined)
  }
}

const version = (): string =>
  String(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)

async function openCall(globals: Globals, surroundings: Surroundings): Promise<Call> {
  const [{ openOutput }, { openHider }] = await Promise.all([import('./output.ts'), import('./secrets.ts')])
  const { stdout, stderr, env, directory } = surroundings
  const hider = openHider()
  const { json = false, verbose = false, showIds = false, color } = globals
  const project = globals.project === HERE ? {} : { project: globals.project }
  const output = openOutput({ stdout, stderr, env, json, color, hider, ...project })
  return {
    startedIn: directory,
    directory: resolve(directory, globals.project),
    env,
    json,
    verbose,
    showIds: showIds || output.isTerminal,
    version: version(),
    output,
    hider,
    signals: await surroundings.listen(),
    openTeller: async () => {
      const { openTeller } = await import('./teller.ts')
      return openTeller({ stderr, env, verbose, color, hider, clock: () => performance.now() })
    },
  }
}

/** What a command throws is told here, where its output is known. */
async function perform(call: Call, work: (call: Call) => Promise<number>): Promise<number> {
  const { signals, output, verbose } = call
  try {
    const exitCode = await work(call)
    return signals.exitCode ?? exitCode
  } catch (thrown) {
    const { failureOf } = await import('./failure.ts')
    const failure = failureOf(signals.stop.aborted ? signals.stop.reason : thrown, verbose)
    output.failure(failure)
    return failure.exitCode
  }
}

/** The command line is wrong: commander has written its text, machines want an object. */
function usageExit(error: CommanderError, topic: string, forMachines: Stream | undefined): number {
  const text = error.code === 'commander.help' ? topic || 'there is no command' : error.message
  const [message, hint = null] = text
    .trimEnd()
    .replace(/^error: /, '')
    .split('\n')
  forMachines?.write(`${JSON.stringify({ error: { message, hint } })}\n`)
  return 2
}
