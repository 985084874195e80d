// Decides how a run is followed while it goes on: events over fetch, so that the token stays in a header; after a break
// the run is read again, and followed again unless it has ended.

/** @import { Progress, Run } from './shapes.d.ts' */

import { readRun } from './api.js'
import { ask, Refused } from './request.js'

const PAUSE_MS = 1500

/** @param {{status: string}} run */
export const hasEnded = (run) => run.status !== 'queued' && run.status !== 'running'

/**
 * @param {string} run
 * @param {{signal: AbortSignal, onRun: (run: Run) => void, onProgress: (progress: Progress) => void}} options
 * @returns {Promise<Run>} how it ended
 */
export async function followRun(run, { signal, onRun, onProgress }) {
  for (;;) {
    signal.throwIfAborted()
    const state = await patiently(() => readRun(run, signal), signal)
    onRun(state)
    if (hasEnded(state)) return state
    try {
      for await (const { event, data } of events(`/runs/${encodeURIComponent(run)}/events`, signal)) {
        if (event === 'progress') onProgress(JSON.parse(data))
        if (event !== 'run') continue
        const told = /** @type {Run} */ (JSON.parse(data))
        onRun(told)
        if (hasEnded(told)) return told
      }
    } catch (thrown) {
      if (signal.aborted) throw thrown
    }
    await pause(signal)
  }
}

/**
 * A service that restarts is away for a moment; it still knows the run.
 * @template T
 * @param {() => Promise<T>} work
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
async function patiently(work, signal) {
  for (;;) {
    try {
      return await work()
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof Refused) || (thrown.status > 0 && thrown.status < 500))
        throw thrown
      await pause(signal)
    }
  }
}

/** @param {AbortSignal} signal */
const pause = (signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PAUSE_MS)
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
  })

/**
 * @param {string} path
 * @param {AbortSignal} signal
 */
async function* events(path, signal) {
  const reply = await ask(path, { signal, headers: { accept: 'text/event-stream' } })
  if (reply.body === null) return
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (rest + value).split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = parseEvent(block)
      if (event.data !== '') yield event
    }
  }
}

/** @param {string} block */
export function parseEvent(block) {
  let event = 'message'
  const data = []
  for (const line of block.split(/\r?\n/)) {
    const value = line.slice(line.indexOf(':') + 1).replace(/^ /, '')
    if (line.startsWith('event:')) event = value
    if (line.startsWith('data:')) data.push(value)
  }
  return { event, data: data.join('\n') }
}
