// Decides how the commands are typed that only read the ledger: status, runs, rejections.

import type { Command } from 'commander'
import type { Act } from '../program.ts'
import { examples } from './examples.ts'

export function readingCommands(program: Command, act: Act): void {
  program
    .command('status')
    .description('every sync: last run, size, next due, what holds or fails it')
    .addHelpText('after', examples([['brazier status', '']]))
    .action((_options: unknown, command: Command) =>
      act(command.optsWithGlobals(), async (call) => (await import('../commands/status.ts')).status(call)),
    )
  program
    .command('runs')
    .description('the last runs, newest first')
    .option('--limit <number>', 'at most so many', '20')
    .addHelpText('after', examples([['brazier runs --limit 5', '']]))
    .action((own: { limit: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) => (await import('../commands/runs.ts')).runs(call, own)),
    )
  program
    .command('rejections')
    .description('what was refused, by Braze or before sending, and why')
    .option('--sync <name>', 'of this sync only')
    .option('--limit <number>', 'at most so many', '50')
    .addHelpText(
      'after',
      examples([
        ['brazier rejections', 'by reason'],
        ['brazier rejections --sync vip --show-ids', 'with the people'],
      ]),
    )
    .action((own: { sync?: string; limit: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/rejections.ts')).rejections(call, { sync: own.sync, limit: own.limit }),
      ),
    )
}
