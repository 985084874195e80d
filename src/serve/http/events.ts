// Decides how a run is followed as it goes on, over Server-Sent Events: an event `run` when its status changes, `progress`
// while it runs in this process, a comment now and then so that nothing on the way takes the line for dead. The last `run`
// says how it ended.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { progressOf } from '../answers/run-view.ts'
import type { RunDetail } from '../api/run-shapes.ts'
import type { House } from '../house.ts'
import type { Runner } from '../runner.ts'
import { ApiError } from './problem.ts'

export interface Following {
  readonly house: House
  readonly runner: Runner
  readonly read: (run: string) => Promise<RunDetail>
}

/** How often somebody is told of progress. */
const STEP_MS = 250
/** Of a run that waits, or works elsewhere, the ledger is asked so often. */
const LOOK_STEPS = 8
/** Many runs are over by then. */
const FIRST_STEPS = 3
const SIGN_STEPS = 60
const MOST_STREAMS = 200

export type Follow = (run: string, line: { request: FastifyRequest; reply: FastifyReply }) => Promise<void>

export function openFollowing(following: Following): Follow {
  let streams = 0
  return async (run, { request, reply }) => {
    if (streams >= MOST_STREAMS)
      throw new ApiError('unavailable', { detail: 'too many runs are followed already' })
    const first = await following.read(run)
    streams += 1
    const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }
    reply.hijack()
    reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers })
    const done = () => {
      streams -= 1
      reply.raw.end()
    }
    void stream(following, { run, first, line: reply.raw, closed: request.raw.socket }).then(done, done)
  }
}

interface Stream {
  readonly run: string
  readonly first: RunDetail
  readonly line: NodeJS.WritableStream
  readonly closed: { readonly destroyed: boolean }
}

const hasEnded = ({ status }: RunDetail): boolean => status !== 'queued' && status !== 'running'

async function stream(following: Following, { run, first, line, closed }: Stream): Promise<void> {
  const { house } = following
  const send: Send = (event, data) => void line.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  let seen: Seen = { run: first, progress: '' }
  send('run', first)
  for (let step = 1; !hasEnded(seen.run) && !closed.destroyed && !house.stop.aborted; step += 1) {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS))
    seen = await look(following, { run, seen, send, isTime: step <= FIRST_STEPS || step % LOOK_STEPS === 0 })
    if (step % SIGN_STEPS === 0) line.write(': it goes on\n\n')
  }
}

type Send = (event: string, data: unknown) => void

/** What the other end knows. */
interface Seen {
  readonly run: RunDetail
  /** The last progress, to tell only what is new; empty while it does not run here. */
  readonly progress: string
}

async function look(
  { runner, read }: Following,
  at: { readonly run: string; readonly seen: Seen; readonly send: Send; readonly isTime: boolean },
): Promise<Seen> {
  const { seen, send } = at
  const running = runner.running()
  const live = running?.trigger.run === at.run ? running : undefined
  const progress = live === undefined ? undefined : progressOf(live)
  const news = progress === undefined ? '' : newsOf(progress)
  if (progress !== undefined && news !== seen.progress) send('progress', progress)
  // The end of a run of our own is looked for at once.
  const hasLeft = live === undefined && seen.progress !== ''
  if (!at.isTime && !hasLeft) return { run: seen.run, progress: news }
  const found = await read(at.run).catch(() => seen.run)
  if (found.status !== seen.run.status) send('run', found)
  return { run: found, progress: news }
}

type Progress = NonNullable<ReturnType<typeof progressOf>>

/** Time alone is no news. */
const newsOf = ({ seconds, ...rest }: Progress): string => JSON.stringify(rest)
