// Decides what the API answers about syncs.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { recentRemoves } from '../../ledger/recent.ts'
import { readSyncHistory } from '../../ledger/run-log.ts'
import { recordFor } from '../../ledger/syncs.ts'
import type { Sync } from '../../model/definition.ts'
import type { SyncDetail } from '../api/sync-shapes.ts'
import type { House } from '../house.ts'
import type { Answers } from '../http/bind.ts'
import { ApiError } from '../http/problem.ts'
import type { ReadStanding } from './standing.ts'
import { guardsOf, pointOf, syncSummaryOf } from './sync-view.ts'

export function syncAnswers(house: House, standing: ReadStanding): Pick<Answers, 'listSyncs' | 'readSync'> {
  const living = (name: string): Sync | undefined =>
    house.project.current().syncs.find((sync) => sync.name === name)
  return {
    async listSyncs() {
      const found = await standing()
      const at = { standing: found, now: house.now() }
      return {
        syncs: found.state.syncs.map((state) => syncSummaryOf(state, living(state.name), at)),
        paused: found.pauses.all ?? null,
      }
    },
    async readSync({ params: { name }, query }) {
      const found = await standing()
      const state = found.state.syncs.find((one) => one.name === name)
      if (state === undefined) throw new ApiError('not_found', { detail: 'there is no such sync' })
      const sync = living(name)
      const known = recordFor(found.records, sync ?? { name })
      const ledgerName = known?.sync ?? name
      const { history, recent } = await house.look(async (ledger) => ({
        history: await readSyncHistory(ledger, ledgerName, query.history),
        recent: await recentRemoves(ledger, ledgerName),
      }))
      const [last] = history
      return {
        ...syncSummaryOf(state, sync, { standing: found, now: house.now() }),
        definition: sync === undefined ? null : await definitionOf(house, sync, known?.definition?.hash),
        writes: (known?.definition?.writes ?? []).map((write) => ({
          attribute: write.attribute,
          element: write.element ?? null,
          on_leave: write.onLeave,
        })),
        guards: sync === undefined ? [] : guardsOf(sync, { recent, size: state.size, last }),
        history: history.map(pointOf).reverse(),
      }
    },
  }
}

async function definitionOf(
  house: House,
  sync: Sync,
  settledHash: string | undefined,
): Promise<SyncDetail['definition']> {
  const path = join(house.project.current().directory, sync.file)
  // A file that has just gone is told as a problem of the project; what is in force is its SQL.
  const text = await readFile(path, 'utf8').catch(() => sync.sql)
  return { file: sync.file, text, hash: sync.hash, settled_hash: settledHash ?? null }
}
