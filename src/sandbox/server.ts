// Decides how bytes become requests and answers bytes: node:http, and no more than that.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { asError } from '../model/errors.ts'
import { answerControl, CONTROL_PREFIX } from './control.ts'
import { type Exchanged, exchange } from './exchange.ts'
import { toPlain } from './json-value.ts'
import { type Incoming, jsonReply, type Reply } from './transport.ts'
import type { Workspace } from './workspace.ts'

export function createSandboxServer(workspace: Workspace): Server {
  return createServer((message, response) => {
    const answered = message.url?.startsWith(CONTROL_PREFIX)
      ? control(workspace, message, response)
      : serve(workspace, message, response)
    answered.catch((error) => fail(response, asError(error)))
  })
}

async function control(
  workspace: Workspace,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await receive(message, workspace.settings.gate.maxBytes)
  if (request !== undefined) send(response, answerControl(workspace, request))
}

async function serve(
  workspace: Workspace,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { inFlight, bench, settings } = workspace
  const at = settings.now()
  const flight = inFlight.begin()
  bench.meter.inFlight(inFlight.count)
  onceGone(message, response, () => inFlight.end(flight))
  const request = await receive(message, settings.gate.maxBytes)
  if (request === undefined) return
  const exchanged = await exchange(workspace, request, flight)
  // Before the first byte of the answer: once the sender sees it, it may send the same person again.
  inFlight.end(flight)
  record(workspace, { request, exchanged, at, gone: response.destroyed })
  finish(response, exchanged)
}

/** The sender hung up, or has its answer: its goodbye comes some turns of the loop before the connection is closed. */
function onceGone(message: IncomingMessage, response: ServerResponse, gone: () => void): void {
  message.socket.once('end', gone)
  response.once('close', () => {
    message.socket.off('end', gone)
    gone()
  })
}

function finish(response: ServerResponse, { ending }: Exchanged): void {
  if (ending.kind === 'reply') send(response, ending.reply)
  else if (ending.kind === 'midway') sendHalf(response, ending.reply)
  else response.destroy()
}

interface Happened {
  readonly request: Incoming
  readonly exchanged: Exchanged
  readonly at: number
  readonly gone: boolean
}

function record(workspace: Workspace, { request, exchanged, at, gone }: Happened): void {
  const { content, ending, objects } = exchanged
  const status = ending.kind === 'reply' && !gone ? ending.reply.status : 0
  workspace.bench.meter.answered(status, objects)
  const kept = workspace.settings.keepBodies && content !== undefined
  workspace.log.add({
    method: request.method,
    path: request.path,
    status,
    objects,
    bytes: request.bytes,
    at,
    userAgent: request.headers['user-agent'] ?? '',
    ...(kept ? { body: toPlain(content.value), text: content.text } : {}),
  })
}

/** The whole request, its body cut at the limit; undefined when the sender went away in the middle. */
async function receive(message: IncomingMessage, maxBytes: number): Promise<Incoming | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length
      // Read to the end all the same: a sender in the middle of a write would not see the answer.
      if (bytes <= maxBytes) chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  const url = new URL(message.url ?? '/', 'http://sandbox')
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    body: Buffer.concat(chunks),
    bytes,
  }
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return
  writeHead(response, reply)
  response.end(reply.body)
}

function sendHalf(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return
  writeHead(response, reply)
  response.write(reply.body.slice(0, reply.body.length / 2), () => response.destroy())
}

/** Braze's header names are all lower-case, so none is left to Node. */
function writeHead(response: ServerResponse, { status, headers, body }: Reply): void {
  const keepAlive = response.req.headers.connection?.toLowerCase() !== 'close'
  response.sendDate = false
  response.writeHead(status, {
    date: new Date().toUTCString(),
    connection: keepAlive ? 'keep-alive' : 'close',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
}

/** A mistake of the sandbox itself: said aloud, since a test that only sees a 500 would go on and retry. */
function fail(response: ServerResponse, error: Error): void {
  if (response.headersSent) response.destroy()
  else send(response, jsonReply(500, { message: `The sandbox failed: ${error.message}` }))
}
