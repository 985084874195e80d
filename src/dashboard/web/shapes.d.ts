// Decides the words of the browser's code: the replies of the API, by the very shapes that the server checks them with.

import type { z } from 'zod'
import type { ROUTES, RouteName } from '../../serve/api/routes.ts'

export type Reply<N extends RouteName> = z.output<(typeof ROUTES)[N]['reply']['shape']>

export type Status = Reply<'status'>
export type SyncList = Reply<'listSyncs'>
export type SyncLine = SyncList['syncs'][number]
export type Sync = Reply<'readSync'>
export type Point = Sync['history'][number]
export type Guard = Sync['guards'][number]
export type RunLine = Reply<'listRuns'>['runs'][number]
export type Run = Reply<'readRun'>
export type Stage = Run['stages'][number]
export type Progress = NonNullable<Run['live']>
export type PlanLine = Reply<'listPlans'>['plans'][number]
export type Plan = Reply<'readPlan'>
export type SyncOfPlan = Plan['syncs'][number]
export type Rejections = Reply<'listRejections'>
export type Rejection = NonNullable<Rejections['people']>[number]
export type Person = Reply<'readPerson'>
export type Pause = NonNullable<Status['paused']>
export type Role = Status['you']['role']
export type Accepted = Reply<'startRun'>

/** What a page hands to the router. */
export interface Page {
  readonly title: string
  readonly node: HTMLElement
  /** Equal marks: nothing to paint anew. */
  readonly mark: string
  /** What it leaves behind: streams, charts. */
  readonly leave?: () => void
}

export type Child = Node | string | number | null | undefined | false | readonly Child[]

/** What a page is given. */
export interface Visit {
  readonly id: string
  readonly signal: AbortSignal
  /** Everything is read anew, after something was done. */
  readonly refresh: () => Promise<void>
}
