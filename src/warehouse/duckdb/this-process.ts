// Decides how this machine answers the questions that a lock file asks: which boot, which process namespace, whether a
// process is there and since when; and whether this is a container. Linux tells by /proc; elsewhere less is known.

import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { kill } from 'node:process'
import type { Self } from './holder.ts'
import { looksLikeContainer } from './state-place.ts'

export function thisProcess(host: string): Self {
  return {
    host,
    boot: textOf('/proc/sys/kernel/random/boot_id').trim(),
    namespace: linkOf('/proc/self/ns/pid'),
    startOf,
  }
}

function startOf(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`)
  // Fields follow the name in brackets, which may hold blanks and brackets itself; the start is the 22nd of all, and the
  // state the 3rd: a zombie has ended and only waits to be collected.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  if (started !== undefined) return state === 'Z' || state === 'X' ? null : started
  return exists(pid) ? '' : null
}

function exists(pid: number): boolean {
  if (pid <= 0) return false
  try {
    return kill(pid, 0)
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

export function mounts(): string {
  return textOf('/proc/self/mounts')
}

export function inContainer(): boolean {
  return looksLikeContainer({
    files: ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'].filter((path) =>
      existsSync(path),
    ),
    cgroup: textOf('/proc/self/cgroup'),
    mounts: mounts(),
  })
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
