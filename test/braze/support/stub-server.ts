// A real HTTP server on loopback that answers /users/track as each test says, and keeps what it was sent.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly objects: readonly Record<string, unknown>[]
}

export interface Said {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

/** Says nothing: the connection is cut before a reply. */
export const RESET = 'reset'
/** Says nothing, and keeps the connection. */
export const HANG = 'hang'
/** Begins a reply, and never ends it: a byte every now and then. */
export const DRIBBLE = 'dribble'
export type Answer = Said | typeof RESET | typeof HANG | typeof DRIBBLE
export type Script = (request: Received, number: number) => Answer | Promise<Answer>

export interface Stub {
  readonly endpoint: string
  readonly received: Received[]
  /** Requests that were open at the same time, at most. */
  readonly peak: () => number
}

export const SUCCESS: Said = { status: 201, body: { message: 'success' } }

export function refusing(...entries: readonly { index: number; type: string }[]): Said {
  const errors = entries.map((entry) => ({ ...entry, input_array: 'attributes' }))
  return { status: 201, body: { message: 'success', errors } }
}

/** `number` counts requests from 1. Closed when the test ends. */
export async function startStub(script: Script): Promise<Stub> {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  let open = 0
  let peak = 0
  const server = createServer(async (request, response) => {
    peak = Math.max(peak, ++open)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const item = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, text }
    received.push({ ...item, objects: objectsOf(text) })
    const said = await script(received.at(-1) as Received, received.length)
    if (said === HANG) return
    if (said === DRIBBLE) return dribble(response)
    open--
    if (said === RESET) request.socket.destroy()
    else reply(response, said)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, received, peak: () => peak }
}

function reply(response: ServerResponse, said: Said): void {
  response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers })
  response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body ?? {}))
}

function dribble(response: ServerResponse): void {
  response.writeHead(201, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 10)
  response.on('close', () => clearInterval(timer))
}

function objectsOf(text: string): Record<string, unknown>[] {
  return (JSON.parse(text) as { attributes: Record<string, unknown>[] }).attributes
}
