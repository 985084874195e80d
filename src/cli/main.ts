// Decides how the process begins and ends: reads the command line, wires terminal, signals and environment to the command,
// and turns what comes back into an exit code. The one file that touches the process.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { CommanderError } from 'commander'
import type { Call } from './call.ts'
import { failureOf } from './failure.ts'
import { openOutput } from './output.ts'
import { type Globals, makeProgram } from './program.ts'
import { openHider } from './secrets.ts'
import { listen, type Signals } from './signals.ts'

const version = (): string =>
  String(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)

function openCall(globals: Globals, signals: Signals): Call {
  const { stdout, stderr, env } = process
  const hider = openHider()
  const { json = false, verbose = false, showIds = false, color } = globals
  const output = openOutput({ stdout, stderr, env, json, color, hider })
  return {
    directory: resolve(globals.project),
    env,
    json,
    verbose,
    showIds: showIds || output.isTerminal,
    version: version(),
    output,
    hider,
    signals,
    openTeller: async () => {
      const { openTeller } = await import('./teller.ts')
      return openTeller({ stderr, env, verbose, color, hider, clock: () => performance.now() })
    },
  }
}

function listenToProcess(): Signals {
  return listen(
    process,
    {
      first: (signal) =>
        process.stderr.write(`${signal}: finishing what is under way; once more to leave at once\n`),
      again: (exitCode) => process.exit(exitCode),
    },
    () => performance.now(),
  )
}

/** Runs a command; what it throws is told here, where its output is known. */
async function perform(
  globals: Globals,
  signals: Signals,
  work: (call: Call) => Promise<number>,
): Promise<number> {
  const call = openCall(globals, signals)
  try {
    const exitCode = await work(call)
    return signals.exitCode ?? exitCode
  } catch (thrown) {
    const failure = failureOf(signals.stop.aborted ? signals.stop.reason : thrown, call.verbose)
    call.output.failure(failure)
    return failure.exitCode
  }
}

/** The command line is wrong, or help was asked for: commander has written its text. */
function usageExit(error: CommanderError, isJson: boolean): number {
  if (error.exitCode === 0) return 0
  const text = error.code === 'commander.help' ? 'there is no command' : error.message
  const [message, hint] = text.replace(/^error: /, '').split('\n')
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { message, hint: hint ?? null } })}\n`)
  return 2
}

async function main(words: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = makeProgram({
    version: version(),
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    act: async (globals, work) => {
      exitCode = await perform(globals, listenToProcess(), work)
    },
  })
  try {
    await program.parseAsync(words, { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) return usageExit(thrown, words.includes('--json'))
    return tellAndLeave(thrown)
  }
}

function tellAndLeave(thrown: unknown): number {
  const failure = failureOf(thrown, process.argv.includes('--verbose'))
  openOutput({
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    json: process.argv.includes('--json'),
    color: true,
    hider: openHider(),
  }).failure(failure)
  return failure.exitCode
}

for (const stream of [process.stdout, process.stderr]) {
  // Whoever read has gone (`brazier status | head -1`): what is under way still ends in order.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
process.on('uncaughtException', (error) => process.exit(tellAndLeave(error)))
process.on('unhandledRejection', (reason) => process.exit(tellAndLeave(reason)))

const exitCode = await main(process.argv.slice(2))
// Databases and sockets are closed by now; whatever else might keep the process alive is not worth waiting for.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
