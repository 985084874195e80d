// Decides how the process begins and ends: hands it its words, streams, environment and signals, and exits with the code that
// comes back. The one file that touches the process.

import { performance } from 'node:perf_hooks'
import { runLine } from './command-line.ts'
import type { Signals } from './signals.ts'

const { stdout, stderr, env } = process
const words = process.argv.slice(2)

async function listenToProcess(): Promise<Signals> {
  const { farewell, listen } = await import('./signals.ts')
  return listen(
    process,
    {
      first: (signal) => stderr.write(`${farewell(signal, words)}\n`),
      again: (exitCode) => process.exit(exitCode),
    },
    () => performance.now(),
  )
}

/** Thrown past every command: a mistake of the program. */
async function tellMistake(thrown: unknown): Promise<number> {
  const [{ failureOf }, { openOutput }, { openHider }] = await Promise.all([
    import('./failure.ts'),
    import('./output.ts'),
    import('./secrets.ts'),
  ])
  const failure = failureOf(thrown, words.includes('--verbose'))
  const json = words.includes('--json')
  openOutput({ stdout, stderr, env, json, color: true, hider: openHider() }).failure(failure)
  return failure.exitCode
}

for (const stream of [stdout, stderr]) {
  // Whoever read has gone (`brazier status | head -1`): what is under way still ends in order.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
const leave = (thrown: unknown) => void tellMistake(thrown).then((code) => process.exit(code))
process.on('uncaughtException', leave)
process.on('unhandledRejection', leave)

const exitCode = await runLine(words, {
  stdout,
  stderr,
  env,
  directory: process.cwd(),
  listen: listenToProcess,
}).catch(tellMistake)
// Databases and sockets are closed by now; whatever else might keep the process alive is not worth waiting for.
stdout.write('', () => stderr.write('', () => process.exit(exitCode)))
