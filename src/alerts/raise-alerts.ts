// Decides when somebody is told: after each run and whenever the service looks, of what the ledger says has changed since
// they were told last. Never fails whoever calls it: what goes wrong is logged, and tried again next time.

import { keepTold, lastFailure, lockTold, readTold, recentRuns, type ToldAlert } from '../ledger/alerts.ts'
import { readPauses } from '../ledger/pauses.ts'
import { lastSuccesses } from '../ledger/run-log.ts'
import type { Ledger } from '../ledger/sql.ts'
import type { AlertSettings } from '../model/alert-settings.ts'
import { asError } from '../model/errors.ts'
import { earlierSlot } from '../project/schedule.ts'
import type { RunDeps } from '../run/context.ts'
import { type Channel, channelsOf } from './channels.ts'
import { isWorthTelling, type News, newsOf } from './news.ts'
import { PostError } from './post.ts'
import { type Facts, standingAlerts, untold } from './standing.ts'

export interface AlertDeps extends Pick<RunDeps, 'project' | 'log' | 'now' | 'stop'> {
  /** Hands the ledger over, if there is one. */
  readonly look: (work: (ledger: Ledger) => Promise<void>) => Promise<void>
  /** Of the program. */
  readonly version: string
}

/** All that one channel may take, with its tries. */
const CHANNEL_MS = 10_000
/** Of each sync: the one that is judged, and those that say what is usual. */
const RUNS_LOOKED_AT = 31

export async function raiseAlerts(deps: AlertDeps): Promise<void> {
  const { alerts: settings } = deps.project
  if (settings === undefined || deps.stop.aborted) return
  const channels = channelsOf(settings)
  if (channels.length === 0) return
  try {
    await deps.look(async (ledger) => {
      const told = await readTold(ledger)
      if (told === undefined) return
      const facts = await readFacts(ledger, deps)
      const judge = judgeOf(deps, facts, settings)
      for (const channel of channels)
        if (hasChanged(judge(channel, told))) await tell(deps, { ledger, channel, judge, settings })
    })
  } catch (error) {
    deps.log.warn('alerts.failed', { reason: asError(error).message })
  }
}

const hasChanged = (news: News): boolean => isWorthTelling(news) || news.over.length > 0

type Judge = (channel: Channel, told: readonly ToldAlert[]) => News

function judgeOf({ project, now }: AlertDeps, facts: Facts, settings: AlertSettings): Judge {
  const standing = standingAlerts(facts, settings)
  const living = new Set(project.syncs.map((sync) => sync.name))
  const { digestSeconds } = settings
  return ({ name }, told) =>
    newsOf({
      standing,
      told: told.filter((alert) => alert.channel === name),
      untold: untold(facts),
      living,
      now: now(),
      digestSeconds,
    })
}

interface Telling {
  readonly ledger: Ledger
  readonly channel: Channel
  readonly judge: Judge
  readonly settings: AlertSettings
}

/**
 * Sent before it is kept: after a crash in between it is told once more, which is better than never. Others who would tell
 * the same wait for us and then find it told.
 */
async function tell(deps: AlertDeps, { ledger, channel, judge, settings }: Telling): Promise<void> {
  const { project, version } = deps
  const place = {
    project: project.name,
    workspace: project.braze.workspace,
    ...(settings.link === undefined ? {} : { link: settings.link }),
  }
  await ledger.session.transaction(async (session) => {
    const held = { ...ledger, session }
    await lockTold(held, session)
    const news = judge(channel, (await readTold(held)) ?? [])
    const { begun, recovered, lasting, over } = news
    if (isWorthTelling(news)) {
      const signal = AbortSignal.any([deps.stop, AbortSignal.timeout(CHANNEL_MS)])
      const reason = await failureOf(channel.send(news, { place, version, now: deps.now(), signal }))
      if (reason !== undefined) return deps.log.warn('alerts.not_sent', { channel: channel.name, reason })
      const counts = { begun: begun.length, recovered: recovered.length, lasting: lasting.length }
      deps.log.info('alerts.sent', { channel: channel.name, ...counts })
    }
    const of = <T extends object>(alerts: readonly T[]) =>
      alerts.map((alert) => ({ ...alert, channel: channel.name }))
    await keepTold(held, { begun: of(begun), again: of(lasting), over })
  })
}

/** Never with an address in it: that may be a secret. */
const failureOf = (sending: Promise<void>): Promise<string | undefined> =>
  sending.then(
    () => undefined,
    (error: unknown) => (error instanceof PostError ? error.message : asError(error).name),
  )

async function readFacts(
  ledger: Ledger,
  { project, now }: Pick<AlertDeps, 'project' | 'now'>,
): Promise<Facts> {
  const pauses = await readPauses(ledger)
  const moment = now()
  return {
    syncs: project.syncs,
    recent: await recentRuns(ledger, RUNS_LOOKED_AT),
    succeeded: await lastSuccesses(ledger),
    failure: await lastFailure(ledger),
    isPaused: (sync) => pauses.all !== undefined || pauses.bySync.has(sync),
    slotBefore: (schedule, count) => earlierSlot(schedule, moment, count),
  }
}
