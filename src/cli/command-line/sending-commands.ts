// Decides how the commands are typed that plan and send at once: sync, resync, retire.

import type { Command } from 'commander'
import type { Act } from '../program.ts'
import { examples } from './examples.ts'
import { NAMES, waitOption } from './selection.ts'

export function sendingCommands(program: Command, act: Act): void {
  program
    .command('sync [name...]')
    .description(`plan and send now (${NAMES})`)
    .option('--due', 'only what its schedule says is due')
    .addOption(waitOption())
    .addHelpText(
      'after',
      examples([
        ['brazier sync', 'everything, whatever the schedule'],
        ['brazier sync vip kind:properties', 'vip and all properties'],
        ['brazier sync --due --wait 10m', 'for cron'],
      ]),
    )
    .action((names: string[], own: { due?: boolean; wait?: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/sync.ts')).sync(call, { names, due: own.due === true, wait: own.wait }),
      ),
    )
  program
    .command('resync <name...>')
    .description('send all people of these syncs again; those who left are still removed')
    .addOption(waitOption())
    .addHelpText('after', examples([['brazier resync vip', 'after something else wrote to the attribute']]))
    .action((names: string[], own: { wait?: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/sync.ts')).resync(call, { names, wait: own.wait }),
      ),
    )
  program
    .command('retire <name>')
    .description('take back everything that Braze holds because of a sync, and forget the sync')
    .addOption(waitOption())
    .addHelpText('after', examples([['brazier retire vip', 'works without the file, too']]))
    .action((name: string, own: { wait?: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/retire.ts')).retire(call, { name, wait: own.wait }),
      ),
    )
}
