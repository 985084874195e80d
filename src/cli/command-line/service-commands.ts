// Decides how the commands are typed that have to do with the service: serve, token.

import { type Command, Option } from 'commander'
import type { Role } from '../../model/words.ts'
import { ROLES } from '../../model/words.ts'
import type { Act } from '../program.ts'
import { examples } from './examples.ts'

export function serviceCommands(program: Command, act: Act): void {
  program
    .command('serve')
    .description('run what is due by its schedule, and answer over HTTP, until somebody stops it')
    .option('--port <number>', 'where it listens; 0 for any free port', '8080')
    .option('--host <address>', 'the address it listens on; any but this machine needs a token', '127.0.0.1')
    .addHelpText(
      'after',
      examples([
        ['brazier serve', 'on this machine, open to whoever sits at it'],
        ['brazier serve --host 0.0.0.0', 'in a container; service.tokens say who may come in'],
      ]),
    )
    .action((own: { port: string; host: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) => (await import('../commands/serve.ts')).serve(call, own)),
    )
  program
    .command('token <name>')
    .description('make a token for the service; only its digest goes into the configuration')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('viewer'))
    .addHelpText(
      'after',
      examples([
        ['brazier token grafana', 'may look'],
        ['brazier token ci --role operator', 'may start runs'],
      ]),
    )
    .action((name: string, own: { role: Role }, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/token.ts')).token(call, { name, role: own.role }),
      ),
    )
}
