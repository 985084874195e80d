// Decides how a test has a world served: the service in this process, on a free port, with a clock that the test may turn.

import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { openBraze } from '../../src/braze/client.ts'
import type { Log } from '../../src/model/log.ts'
import { loadProject } from '../../src/project/load-project.ts'
import type { Ended } from '../../src/serve/carry-out.ts'
import { type Service, startService } from '../../src/serve/start.ts'
import type { World } from '../support/world.ts'

export interface ServedOptions {
  readonly now?: () => Date
  readonly host?: string
  /** A token that every request carries. */
  readonly token?: string
  readonly log?: Log
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  readonly body: any
}

export interface Served {
  readonly url: string
  readonly service: Service
  readonly ended: readonly Ended[]
  get(path: string, headers?: Record<string, string>): Promise<Reply>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  /** Polls until the run has ended; returns it. */
  end(run: string): Promise<Reply['body']>
  stop(): Promise<void>
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {} }

export async function serve(world: World, options: ServedOptions = {}): Promise<Served> {
  const stop = new AbortController()
  const ended: Ended[] = []
  const log = options.log ?? silent
  const service = await startService({
    load: () =>
      loadProject({
        directory: world.directory,
        env: { BRAZE_API_KEY: 'sandbox-key' },
        requireApiKey: true,
      }),
    openBraze: async ({ braze }) => openBraze(braze, { log, version: 'test' }),
    log,
    now: options.now ?? (() => new Date()),
    monotonic: () => performance.now(),
    stop: stop.signal,
    place: 'a test',
    version: '0.0.0',
    host: options.host ?? '127.0.0.1',
    port: 0,
    onEnd: (one) => void ended.push(one),
  })
  let closing: Promise<void> | undefined
  const close = () => {
    stop.abort(new Error('the test is over'))
    closing ??= service.close()
    return closing
  }
  try {
    onTestFinished(close)
  } catch {
    // Made in beforeAll: the file closes it.
  }
  const bearer = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
  const ask = async (path: string, init: RequestInit): Promise<Reply> => {
    const response = await fetch(
      path.startsWith('/') ? `${service.url}${path}` : `${service.url}/api/v1/${path}`,
      init,
    )
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
  const get: Served['get'] = (path, headers = {}) => ask(path, { headers: { ...bearer, ...headers } })
  return {
    url: service.url,
    service,
    ended,
    get,
    post: (path, body = {}, headers = {}) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...bearer, 'content-type': 'application/json', ...headers },
      }),
    end: async (run) => {
      for (const until = performance.now() + 30_000; performance.now() < until; ) {
        const { body } = await get(`runs/${run}`)
        if (body.status !== 'queued' && body.status !== 'running') return body
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error(`run ${run} has not ended`)
    },
    stop: close,
  }
}
