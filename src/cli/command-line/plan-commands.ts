// Decides how the commands about plans are typed: plan, apply.

import type { Command } from 'commander'
import type { Act } from '../program.ts'
import { examples } from './examples.ts'
import { NAMES, waitOption } from './selection.ts'

export function planCommands(program: Command, act: Act): void {
  program
    .command('plan [name...]')
    .description(`what a sync would send; sends nothing (${NAMES})`)
    .addHelpText(
      'after',
      examples([
        ['brazier plan', 'the whole project'],
        ['brazier plan tag:winback', 'the syncs with this tag'],
        ['brazier plan vip --show-ids > plan.txt', 'people by their identity, also in a file'],
      ]),
    )
    .action((names: string[], _options: unknown, command: Command) =>
      act(command.optsWithGlobals(), async (call) => (await import('../commands/plan.ts')).plan(call, names)),
    )
  program
    .command('apply <plan>')
    .description('send exactly what a plan says, also past a guard; refused when it is stale')
    .addOption(waitOption())
    .addHelpText(
      'after',
      examples([['brazier apply p-20261122-030512-x7k2q9', 'as plan or sync printed it']]),
    )
    .action((plan: string, own: { wait?: string }, command: Command) =>
      act(command.optsWithGlobals(), async (call) =>
        (await import('../commands/apply.ts')).apply(call, { plan, wait: own.wait }),
      ),
    )
}
