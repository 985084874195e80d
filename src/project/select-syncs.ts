// Decides which syncs the words on a command line mean: names, globs, tag:, kind: and schedule:. Terms add up; a term
// that means nothing is an error, since a run of nothing would look like success.

import picomatch from 'picomatch'
import type { Sync } from '../model/definition.ts'
import { UsageError } from '../model/errors.ts'
import { didYouMean } from '../model/nearest.ts'
import { parseSchedule } from './schedule.ts'

type Method = 'name' | 'tag' | 'kind' | 'schedule'

const METHOD = /^(tag|kind|schedule):(.*)$/
const GLOB = /[*?[\]{}()!]/

function valuesOf(sync: Sync, method: Method): readonly string[] {
  if (method === 'tag') return sync.tags
  if (method === 'kind') return [sync.kind]
  if (method === 'schedule') return [sync.schedule.text]
  return [sync.name]
}

/** Schedules are equal when they mean the same times: `every 60 minutes` is `hourly`. */
function hasSchedule(sync: Sync, text: string): boolean {
  const schedule = parseSchedule(text, sync.schedule.timezone)
  return 'value' in schedule && schedule.value.cron === sync.schedule.cron
}

function readTerm(term: string): { readonly method: Method; readonly value: string } {
  const match = METHOD.exec(term)
  const method = match?.[1]
  if (method === 'tag' || method === 'kind' || method === 'schedule')
    return { method, value: match?.[2]?.trim() ?? '' }
  return { method: 'name', value: term }
}

function matcher(method: Method, value: string): (sync: Sync) => boolean {
  if (method === 'schedule') return (sync) => hasSchedule(sync, value)
  const isMatch = GLOB.test(value) ? picomatch(value) : (text: string) => text === value
  return (sync) => valuesOf(sync, method).some((text) => isMatch(text))
}

function nothingFor(term: string, syncs: readonly Sync[]): UsageError {
  const { method, value } = readTerm(term)
  const known = [...new Set(syncs.flatMap((sync) => valuesOf(sync, method)))].sort()
  const hint = known.length === 0 ? 'The project has none.' : didYouMean(value, known)
  const what = method === 'name' ? 'no sync is called' : 'no sync matches'
  return new UsageError(`${what} ${term}`, { hint })
}

/** The syncs that any of the terms means, in the order of `syncs`; all of them without terms. */
export function selectSyncs(syncs: readonly Sync[], terms: readonly string[]): Sync[] {
  if (terms.length === 0) return [...syncs]
  const selected = new Set<Sync>()
  for (const term of terms) {
    const { method, value } = readTerm(term)
    const found = syncs.filter(matcher(method, value))
    if (found.length === 0) throw nothingFor(term, syncs)
    for (const sync of found) selected.add(sync)
  }
  return syncs.filter((sync) => selected.has(sync))
}
