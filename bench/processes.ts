// Decides how the benchmark starts things: the product as a whole process with its CPU and memory, the sink, other floors.

import { fork, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Usage {
  readonly cpuSeconds: number
  readonly peakMb: number
  readonly seconds: number
  readonly stdout: string
}

const HERE = import.meta.dirname

/** Runs a module as a whole process; rejects when it does not end with `exitCode`. */
export async function measured(
  module: string,
  args: readonly string[],
  env: Record<string, string> = {},
  exitCodes: readonly number[] = [0],
): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'brazier-bench-'))
  const usage = join(folder, 'usage.json')
  try {
    const child = spawn(process.execPath, [join(HERE, 'measured.mjs'), ...args], {
      env: { ...process.env, LOG_LEVEL: 'silent', ...env, BENCH_USAGE: usage, BENCH_MODULE: module },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (data) => {
      stdout += data
    })
    child.stderr.on('data', (data) => {
      stderr += data
    })
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    if (code === null || !exitCodes.includes(code))
      throw new Error(`${module} ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`)
    return { ...(JSON.parse(readFileSync(usage, 'utf8')) as Omit<Usage, 'stdout'>), stdout }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The product, as a person would start it. */
export const brazier = (args: readonly string[], exitCodes?: readonly number[]): Promise<Usage> =>
  measured(join(HERE, '../bin/brazier.mjs'), args, { BRAZE_API_KEY: 'bench-key' }, exitCodes)

export interface Sink {
  readonly url: string
  /** What came since the last call. */
  count(): Promise<{ requests: number; objects: number; seconds: number }>
  stop(): void
}

export async function startSink(options: { latency?: number; countObjects?: boolean } = {}): Promise<Sink> {
  const env = {
    ...process.env,
    BENCH_LATENCY: String(options.latency ?? 0),
    BENCH_COUNT: options.countObjects === true ? 'objects' : '',
  }
  const child = fork(join(HERE, 'sink.mjs'), { env })
  const { url } = await new Promise<{ url: string }>((resolve) =>
    child.once('message', (message) => resolve(message as { url: string })),
  )
  return {
    url,
    count: async () =>
      (await (await fetch(`${url}/count`)).json()) as { requests: number; objects: number; seconds: number },
    stop: () => void child.kill(),
  }
}
