// Decides what `brazier runs` does: the last runs, newest first.

import { readRuns } from '../../run/records.ts'
import { wholeNumber } from '../arguments.ts'
import type { Call } from '../call.ts'
import { lookInto } from '../look-into.ts'
import { openProject } from '../open-run.ts'
import { runsJson, runsText } from '../print/records-text.ts'

export async function runs(call: Call, { limit }: { readonly limit: string }): Promise<number> {
  const most = wholeNumber('--limit', limit, { least: 1, most: 10_000 })
  const project = await openProject(call, { sends: false })
  const found = (await lookInto(call, project, (ledger) => readRuns(ledger, most))) ?? []
  call.output.result({ text: (paint) => runsText(found, paint), json: () => runsJson(found) })
  return 0
}
