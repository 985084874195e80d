// Decides how the tests of the sandbox talk to it: over real HTTP, with a sandbox per test that is closed after it.

import { onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/options.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  readonly body: any
}

export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  onTestFinished(() => sandbox.close())
  return sandbox
}

export interface PostOptions {
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

/** Posts to /users/track with the sandbox's own key; a string goes out as it is. */
export async function post(
  sandbox: Sandbox,
  body: unknown,
  { path = '/users/track', headers, signal }: PostOptions = {},
): Promise<Answer> {
  const response = await fetch(sandbox.url + path, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
    signal: signal ?? null,
  })
  return answerOf(response)
}

export async function get(sandbox: Sandbox, path: string, method = 'GET'): Promise<Answer> {
  return answerOf(
    await fetch(sandbox.url + path, { method, headers: { authorization: 'Bearer sandbox-key' } }),
  )
}

/** Sends attributes of one person, and returns what the profile then holds. */
export async function attributesAfter(sandbox: Sandbox, ...updates: readonly string[]) {
  for (const update of updates) {
    const answer = await post(sandbox, `{"attributes":[{"external_id":"a",${update}}]}`)
    if (answer.status !== 201) throw new Error(answer.text)
  }
  return sandbox.profile('a')?.attributes
}

export function people(count: number, from = 0): { external_id: string; n: number }[] {
  return Array.from({ length: count }, (_, index) => ({ external_id: `p${from + index}`, n: index }))
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
