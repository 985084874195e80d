// Decides what `brazier sandbox` does: a Braze of one's own on this machine, until somebody stops it.

import { once } from 'node:events'
import { resolve } from 'node:path'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { wholeNumber } from '../arguments.ts'
import type { Call } from '../call.ts'

export interface SandboxArguments {
  readonly port: string
  readonly host: string
  readonly state: string | undefined
}

const API_KEY = 'sandbox-key'

export async function sandbox(call: Call, { port, host, state }: SandboxArguments): Promise<number> {
  const { stop } = call.signals
  const started = await startSandbox({
    host,
    port: wholeNumber('--port', port, { least: 0, most: 65_535 }),
    apiKeys: [API_KEY],
    ...(state === undefined ? {} : { stateFile: resolve(call.startedIn, state) }),
  })
  try {
    call.output.result({
      text: (paint) =>
        [
          `${paint.good('The sandbox listens:')} ${paint.strong(started.url)}`,
          `In config/brazier.yaml: braze.endpoint: ${started.url}, braze.api_key: ${API_KEY}`,
          `Profiles: ${state === undefined ? 'kept until it stops' : `kept in ${state}`}. Stop it with Ctrl-C.`,
        ].join('\n'),
      json: () => ({ url: started.url, api_key: API_KEY }),
    })
    if (!stop.aborted) await once(stop, 'abort')
  } finally {
    await started.close()
  }
  return 0
}
