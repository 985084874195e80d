// Decides how a test stands where webhooks are posted to: a real HTTP server that keeps what came and answers as told.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Receiver {
  /** Origin, no trailing slash. */
  readonly url: string
  /** Oldest first. */
  readonly received: Received[]
  /** What it answers from now on; 0: nothing, ever. */
  answer(status: number): void
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let status = 200
  const server = createServer(async (request, response) => {
    const body = await text(request)
    received.push({ path: request.url ?? '', headers: request.headers, body })
    // A redirect leads back here: whoever follows it shows up twice.
    if (status > 0) response.writeHead(status, { location: '/elsewhere' }).end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (next) => {
      status = next
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
