// Decides what `brazier rejections` does: what was refused and why; the people only where identities may be shown.

import type { Sync } from '../../model/definition.ts'
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
  const view: RejectionsView = (await lookInto(call, project, async (ledger) => ({
    groups: await groupRejections(ledger, query),
    people: call.showIds ? await listRejections(ledger, query) : undefined,
  }))) ?? { groups: [], people: undefined }
  if (sync !== undefined && view.groups.length === 0) refuseUnknown(project.syncs, sync)
  call.output.result({ text: (paint) => rejectionsText(view, paint), json: () => rejectionsJson(view) })
  return 0
}

/** A slip of the pen must not read as good news. */
function refuseUnknown(syncs: readonly Sync[], name: string): void {
  const known = syncs.map((sync) => sync.name)
  if (known.includes(name)) return
  throw new UsageError(`no sync is called ${name}`, { hint: didYouMean(name, known) })
}
