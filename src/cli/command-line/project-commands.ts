// Decides how the commands are typed that need no ledger: init, check, sandbox.

import type { Command } from 'commander'
import type { Act } from '../program.ts'
import { examples } from './examples.ts'

export function projectCommands(program: Command, act: Act): void {
  program
    .command('init [dir]')
    .description('make a new project: a sample warehouse, one audience, one property file')
    .addHelpText('after', examples([['brazier init shop', 'files that are there stay as they are']]))
    .action((dir: string | undefined, _options: unknown, command: Command) =>
      act(command.optsWithGlobals(), async (call) => (await import('../commands/init.ts')).init(call, dir)),
    )
  program
    .command('check [name...]')
    .description('judge every definition; reads no rows, sends nothing, needs no key of Braze')
    .addHelpText(
      'after',
      examples([
        ['brazier check', 'the whole project'],
        ['brazier check vip "win*"', 'these syncs'],
        ['brazier check --json', 'for a pull request'],
      ]),
    )
    .action((names: string[], _options: unknown, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/check.ts')).check(call, names),
      ),
    )
  program
    .command('sandbox')
    .description('run a Braze of your own on this machine, for demos, rehearsals and tests')
    .option('--port <number>', 'where it listens; 0 for any free port', '8099')
    .option('--host <address>', 'the address it listens on', '127.0.0.1')
    .option('--state <file>', 'keep the profiles in this file')
    .addHelpText('after', examples([['brazier sandbox --port 8099 --state state/braze.json', '']]))
    .action((own: { port: string; host: string; state?: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/sandbox.ts')).sandbox(call, { ...own, state: own.state }),
      ),
    )
}
