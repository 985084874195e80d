// Decides how a test starts a run in a process of its own, and waits for what becomes of it.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { SyncReport } from '../../src/ledger/runs.ts'
import type { Progress } from '../../src/run/context.ts'

export interface ChildJob {
  readonly directory: string
  /** Instead of a sync of everything. */
  readonly apply?: string
  readonly retire?: string
  readonly resync?: boolean
  readonly waitSeconds?: number
  readonly leaseSeconds?: number
  /** Where it kills or freezes itself: before its nth statement on the ledger, at the nth sign of a stage, or request. */
  readonly at?: {
    readonly signal: 'SIGKILL' | 'SIGSTOP'
    readonly statement?: number
    /** At once after a statement that holds this text. */
    readonly after?: string
    readonly stage?: Progress['stage'] | 'request'
    readonly nth?: number
  }
}

export interface ChildResult {
  readonly status: string
  readonly exitCode: number
  readonly requests: number
  readonly statements: number
  readonly error: string | null
  readonly syncs: readonly SyncReport[]
}

export interface Child {
  readonly pid: number
  /** How it ended; no result when it was killed. */
  readonly ended: Promise<{ code: number | null; signal: string | null; result: ChildResult | undefined }>
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void
  /** Resolves once the system says that it stands still. */
  frozen(): Promise<void>
}

const MAIN = fileURLToPath(new URL('./child-main.ts', import.meta.url))

export function startChild(job: ChildJob): Child {
  const child = spawn(process.execPath, ['--no-warnings', MAIN], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(JSON.stringify(job))
  const { pid } = child
  if (pid === undefined) throw new Error('the process did not start')
  return {
    pid,
    ended: endOf(child),
    signal: (name) => void process.kill(pid, name),
    frozen: async () => {
      while (!/^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await sleep(5)
    },
  }
}

async function endOf(child: ChildProcess): Promise<Awaited<Child['ended']>> {
  let [out, err] = ['', '']
  child.stdout?.on('data', (part) => {
    out += part
  })
  child.stderr?.on('data', (part) => {
    err += part
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...how) => resolve(how)),
  )
  if (err !== '') throw new Error(`the process said: ${err}`)
  return { code, signal, result: out === '' ? undefined : (JSON.parse(out) as ChildResult) }
}
