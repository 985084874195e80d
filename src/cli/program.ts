// Decides what can be typed: every command with its arguments, options, help and examples. Light on purpose: what a command
// needs is loaded when it runs.

import { Command } from 'commander'
import { nearest } from '../model/nearest.ts'
import type { Call } from './call.ts'
import { examples } from './command-line/examples.ts'
import { planCommands } from './command-line/plan-commands.ts'
import { projectCommands } from './command-line/project-commands.ts'
import { readingCommands } from './command-line/reading-commands.ts'
import { sendingCommands } from './command-line/sending-commands.ts'
import { serviceCommands } from './command-line/service-commands.ts'

/** The project where nothing else is said. */
export const HERE = '.'

export interface Globals {
  readonly project: string
  readonly json?: boolean
  readonly verbose?: boolean
  readonly showIds?: boolean
  readonly color: boolean
}

/** Does a command's work and keeps its exit code. */
export type Act = (globals: Globals, work: (call: Call) => Promise<number>) => Promise<void>

export interface ProgramOptions {
  readonly version: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly act: Act
}

const EXIT_CODES = `
Exit codes:
  0    done, also when there was nothing to do or the time was up
  1    some sync failed, or Braze or the warehouse is out of reach
  2    the project or the command line is wrong
  3    a guard held a sync
  4    Braze rejected rows that it had not rejected before
  75   another run holds the lease
  130, 143  stopped by a signal; what was sent is settled`

/** `help explain`: commander shows the help of all without a word about the command that it does not know. */
export function unknownTopic({ args: [first, topic], commands }: Command): string {
  if (first !== 'help' || topic === undefined) return ''
  const close = nearest(
    topic,
    commands.map((command) => command.name()),
  )
  return `error: no command is called ${topic}\n${close === undefined ? '' : `(Did you mean ${close}?)\n`}`
}

export function makeProgram(options: ProgramOptions): Command {
  const program = new Command('brazier')
    .description('Keeps Braze in step with a warehouse: SQL files in, the difference out.')
    .version(options.version, '-V, --version', 'print the version')
    .option('-p, --project <dir>', 'the folder of the project', HERE)
    .option('--json', 'print one JSON object on stdout')
    .option('--verbose', 'log more; show where an error comes from')
    .option('--show-ids', 'show people by their identity when the output is no terminal')
    .option('--no-color', 'print without colours')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureOutput({ writeOut: options.out, writeErr: options.err })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Help: brazier --help')
    .addHelpText('beforeAll', ({ error, command }) => (error ? unknownTopic(command) : ''))
    .addHelpText('after', EXIT_CODES)
    .addHelpText(
      'after',
      examples([
        ['brazier init shop', 'a new project in the folder shop'],
        ['brazier plan', 'what a sync would send'],
        ['brazier sync --due --wait 10m', 'what a scheduler calls'],
      ]),
    )
  const { act } = options
  projectCommands(program, act)
  planCommands(program, act)
  sendingCommands(program, act)
  readingCommands(program, act)
  serviceCommands(program, act)
  return program
}
