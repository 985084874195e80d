// Decides which BigQuery the tests use: a real project that BRAZIER_TEST_BIGQUERY_PROJECT names, an emulator that
// BIGQUERY_EMULATOR names, else one that is started when the first test file asks for it, and stopped at the end.

import { type ChildProcess, spawn } from 'node:child_process'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { emulator } from './bqemulator.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with an Answer, once there is one. */
    bigqueryDesk: string
  }
}

/** Where BigQuery is, or why there is none. */
export type Answer =
  | { readonly project: string; readonly location: string; readonly apiEndpoint?: string }
  | { readonly missing: string }

export const EMULATED_PROJECT = 'brazier-test'

/** Test files run in processes of their own; they ask here, and all but the first find it running. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<Started> | undefined
  const desk = createHttpServer((_request, response) => {
    started ??= start()
    void started.then(({ answer }) => response.end(JSON.stringify(answer)))
  })
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve))
  project.provide('bigqueryDesk', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`)
  return async () => {
    desk.close()
    await (await started)?.stop()
  }
}

interface Started {
  readonly answer: Answer
  stop(): Promise<void>
}

const running = (answer: Answer): Started => ({ answer, stop: async () => undefined })

async function start(): Promise<Started> {
  const { BRAZIER_TEST_BIGQUERY_PROJECT, BRAZIER_TEST_BIGQUERY_LOCATION, BIGQUERY_EMULATOR } = process.env
  if (BRAZIER_TEST_BIGQUERY_PROJECT)
    return running({
      project: BRAZIER_TEST_BIGQUERY_PROJECT,
      location: BRAZIER_TEST_BIGQUERY_LOCATION ?? 'US',
    })
  const emulated = { project: EMULATED_PROJECT, location: 'US' }
  if (BIGQUERY_EMULATOR) return running({ ...emulated, apiEndpoint: new URL(BIGQUERY_EMULATOR).origin })
  try {
    const { apiEndpoint, stop } = await startEmulator()
    return { answer: { ...emulated, apiEndpoint }, stop }
  } catch (error) {
    const missing = error instanceof Error ? error.message : String(error)
    console.log(`The tests on BigQuery did not run: ${missing}.`)
    return running({ missing })
  }
}

/**
 * The shell waits for its input to end, which it does when this process ends in whatever way, and then stops the emulator:
 * nothing is left behind by a killed test run.
 */
const KEEPER = '"$@" & server=$!; cat > /dev/null; kill -KILL $server; wait $server 2> /dev/null'

async function startEmulator(): Promise<{ apiEndpoint: string; stop(): Promise<void> }> {
  const { python, home } = await emulator()
  const ports = [await freePort(), await freePort()]
  const options = [
    '--rest-host',
    '127.0.0.1',
    '--rest-port',
    String(ports[0]),
    '--grpc-port',
    String(ports[1]),
  ]
  const command = [
    python,
    '-m',
    'bqemulator',
    'start',
    '--ephemeral',
    '--project',
    EMULATED_PROJECT,
    ...options,
  ]
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'sh', ...command], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      BQEMU_LOG_LEVEL: 'ERROR',
      BQEMU_QUERY_CACHE_TTL_SECONDS: '0',
      BQEMU_ENABLE_FORMAT_EXTENSIONS: 'false',
    },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  keeper.unref()
  const apiEndpoint = `http://127.0.0.1:${ports[0]}`
  const stop = (): Promise<void> => ended(keeper)
  if (await answers(`${apiEndpoint}/readyz`)) return { apiEndpoint, stop }
  await stop()
  throw new Error('the emulator does not answer')
}

async function ended(keeper: ChildProcess): Promise<void> {
  keeper.ref()
  const exit = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  keeper.stdin?.end()
  await exit
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<unknown>((resolve) => server.close(resolve))
  return port
}

async function answers(url: string): Promise<boolean> {
  for (let tries = 0; tries < 600; tries += 1) {
    const reply = await fetch(url).catch(() => undefined)
    if (reply?.ok) return true
    await sleep(100)
  }
  return false
}
