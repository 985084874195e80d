// Decides what a sandbox is to those who start one: an address, what it holds, what it counted, how to make it misbehave.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BrazierError } from '../model/errors.ts'
import type { Fault } from './fault.ts'
import type { InjectedFault } from './fault-book.ts'
import type { Who } from './identity.ts'
import type { MeterReading } from './meter.ts'
import { type SandboxOptions, settingsOf } from './options.ts'
import { type SandboxProfile, viewProfile } from './profile.ts'
import type { RequestRecord } from './request-log.ts'
import { createSandboxServer } from './server.ts'
import { loadState, saveState } from './state-file.ts'
import { openWorkspace, resetWorkspace, type Workspace } from './workspace.ts'

export interface Sandbox {
  /** Origin, no trailing slash. */
  readonly url: string
  /** Every profile that shows by now, in order of creation. */
  profiles(): SandboxProfile[]
  /** The profile of an external id, or of another identifier. */
  profile(who: string | Who): SandboxProfile | undefined
  /** Requests to Braze's endpoints, oldest first. */
  readonly requests: readonly RequestRecord[]
  /** What was counted up to now. */
  readonly meter: MeterReading
  readonly faults: { inject(fault: Fault): InjectedFault; clear(): void }
  /** Applies everything that was accepted and does not show yet. */
  applyPending(): void
  /** As new: profiles, meter, requests, faults, rate limits. */
  reset(): void
  /** Drops all connections, held requests included, and writes the state file. */
  close(): Promise<void>
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const closing = new AbortController()
  const workspace = openWorkspace(settingsOf(options), closing.signal)
  if (options.stateFile !== undefined) await loadState(options.stateFile, workspace)
  const server = createSandboxServer(workspace)
  const host = options.host ?? '127.0.0.1'
  const port = await listen(server, host, options.port ?? 0)
  const close = async () => {
    closing.abort()
    await stop(server)
    if (options.stateFile === undefined) return
    workspace.queue.applyDue(Number.POSITIVE_INFINITY)
    await saveState(options.stateFile, workspace)
  }
  return sandboxOf(workspace, `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close)
}

function sandboxOf(workspace: Workspace, url: string, close: () => Promise<void>): Sandbox {
  const { bench, queue, settings, log, faults } = workspace
  let closed: Promise<void> | undefined
  return {
    url,
    profiles: () => {
      queue.applyDue(settings.now())
      return [...bench.store.after()].map((profile) => viewProfile(profile, bench.forced))
    },
    profile: (who) => {
      queue.applyDue(settings.now())
      const found = bench.store.find(typeof who === 'string' ? { by: 'external_id', id: who } : who)
      return found === undefined ? undefined : viewProfile(found, bench.forced)
    },
    get requests() {
      return log.records
    },
    get meter() {
      return bench.meter.read()
    },
    faults: { inject: (fault) => faults.inject(fault), clear: () => faults.clear() },
    applyPending: () => queue.applyDue(Number.POSITIVE_INFINITY),
    reset: () => resetWorkspace(workspace),
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EADDRINUSE' ? 'Another program has this port: choose another one.' : undefined
      const message = `The sandbox cannot listen on ${host}, port ${port}.`
      reject(new BrazierError(message, hint === undefined ? { cause } : { hint, cause }))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
