// Decides which syncs a guard holds, as `brazier status` says, and which ones it should after a night that broke.

import type { Commands } from './commands.ts'

/** Those that read the answers of the quiz. */
export const HELD = ['outgrow_quiz', 'quiz_lead']

export async function heldSyncs({ ask }: Pick<Commands, 'ask'>): Promise<string[] | undefined> {
  const status = await ask(['status'])
  const syncs = typeof status === 'object' && status !== null && 'syncs' in status ? status.syncs : undefined
  if (!Array.isArray(syncs)) return undefined
  return syncs.filter((sync) => sync.status === 'held').map((sync) => sync.name)
}
