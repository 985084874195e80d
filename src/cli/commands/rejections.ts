// Decides what `brazier rejections` does: what was refused and why; the people only where identities may be shown.

import { readSyncs } from '../../ledger/syncs.ts'
import { UsageError } from '../../model/errors.ts'
import { didYouMean } from '../../model/nearest.ts'
import { groupRejections, listRejections } from '../../run/records.ts'
import { wholeNumber } from '../arguments.ts'
import type { Call } from '../call.ts'
import { lookInto } from '../look-into.ts'
import { openProject } from '../open-run.ts'
import { type RejectionsView, rejectionsJson, rejectionsText } from '../print/records-text.ts'

export interface RejectionArguments {
  readonly sync: string | undefined
  readonly limit: string
}

export async function rejections(call: Call, { sync, limit }: RejectionArguments): Promise<number> {
  const query = { sync, limit: wholeNumber('--limit', limit, { least: 1, most: 100_000 }) }
  const project = await openProject(call, { sends: false })
  const found = await lookInto(call, project, async (ledger) => ({
    groups: await groupRejections(ledger, query),
    people: call.showIds ? await listRejections(ledger, query) : undefined,
    settled: [...(await readSyncs(ledger)).keys()],
  }))
  const { settled, ...view }: RejectionsView & { settled: readonly string[] } = found ?? NOTHING
  if (sync !== undefined && view.groups.length === 0)
    refuseUnknown([...new Set([...project.syncs.map(({ name }) => name), ...settled])], sync)
  call.output.result({ text: (paint) => rejectionsText(view, paint), json: () => rejectionsJson(view) })
  return 0
}

const NOTHING = { groups: [], people: undefined, settled: [] }

/** A slip of the pen must not read as good news. */
function refuseUnknown(known: readonly string[], name: string): void {
  if (known.includes(name)) return
  throw new UsageError(`no sync is called ${name}`, { hint: didYouMean(name, known) })
}
