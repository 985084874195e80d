// Decides what `brazier serve` does: the service, until somebody stops it.

import { once } from 'node:events'
import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import { mountDashboard } from '../../dashboard/mount.ts'
import { type Service, startService } from '../../serve/start.ts'
import { wholeNumber } from '../arguments.ts'
import type { Call } from '../call.ts'
import { observeService } from '../observed-service.ts'
import { openProject } from '../open-run.ts'

export interface ServeArguments {
  readonly port: string
  readonly host: string
}

export async function serve(call: Call, { port, host }: ServeArguments): Promise<number> {
  const { stop } = call.signals
  const teller = await call.openTeller()
  const { log } = teller
  const observed = observeService(call, log)
  try {
    const service = await startService({
      load: () => openProject(call, { sends: true }),
      openBraze: async ({ braze }) => {
        const { openBraze } = await import('../../braze/client.ts')
        return openBraze(braze, { log, version: call.version })
      },
      log,
      now: () => new Date(),
      monotonic: () => performance.now(),
      stop,
      place: `${hostname()}, process ${process.pid}`,
      version: call.version,
      pages: mountDashboard,
      onEnd: observed.onEnd,
      onLook: observed.onLook,
      host,
      port: wholeNumber('--port', port, { least: 0, most: 65_535 }),
    })
    tell(call, service)
    if (!stop.aborted) await once(stop, 'abort')
    await service.close()
    await observed.finished()
  } finally {
    teller.close()
  }
  return 0
}

function tell(call: Call, { url, open }: Service): void {
  call.output.result({
    text: (paint) =>
      [
        `${paint.good('Brazier serves:')} ${paint.strong(url)}`,
        `The API: ${url}/api/v1, described by ${url}/api/v1/openapi.json`,
        ...(open
          ? [
              `${paint.warn('open:')} no token is configured, so whoever sits at this machine may do everything; others do not reach it`,
            ]
          : []),
        'Stop it with Ctrl-C: a run under way is settled first.',
      ].join('\n'),
    json: () => ({ url, open }),
  })
}
