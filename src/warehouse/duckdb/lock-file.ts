// Decides that one process at a time has a state file, by a file of our own beside it. DuckDB's own lock is lost when the
// process opens and closes the file any other way, and says nothing across containers; this one says who has it.

import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { pid } from 'node:process'
import { asError, LeaseHeldError, WarehouseError } from '../../model/errors.ts'
import { HEARTBEAT_MS, type Holder, isDead, type Sighting } from './holder.ts'
import { thisProcess } from './this-process.ts'

export interface LockFile {
  release(): Promise<void>
}

/** @throws LeaseHeldError when a living process has the file. */
export async function takeLockFile(path: string, what: string): Promise<LockFile> {
  const self = thisProcess(hostname())
  const mine: Holder = {
    token: randomUUID(),
    host: self.host,
    boot: self.boot,
    namespace: self.namespace,
    pid,
    started: self.startOf(pid) ?? '',
  }
  // A second round follows the removal of a dead holder's file; a third means that others are quicker.
  for (let round = 0; round < 3; round += 1) {
    if (await create(path, mine)) return holdLockFile(path, mine)
    const seen = await sight(path)
    if (seen === undefined) continue
    if (!isDead(seen, self, Date.now())) throw held(seen.holder, what)
    await removeDead(path, seen.holder)
  }
  throw new LeaseHeldError(`${what} is being taken by other processes`, {
    hint: 'One process at a time: try again.',
  })
}

/** False when the file is there already. */
async function create(path: string, holder: Holder): Promise<boolean> {
  // Written whole under another name first: nobody ever reads half a file.
  const draft = `${path}.${holder.token}`
  try {
    const file = await open(draft, 'wx', 0o600)
    await file.writeFile(`${JSON.stringify(holder)}\n`).finally(() => file.close())
    await link(draft, path)
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    throw new WarehouseError(
      `cannot write the lock file ${path}: ${codeOf(thrown) ?? asError(thrown).message}`,
      {
        hint: 'The folder of store.path must be writable.',
      },
    )
  } finally {
    await rm(draft, { force: true })
  }
}

async function sight(path: string): Promise<Sighting | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return { holder: parseHolder(text), heartbeat: mtimeMs }
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

/** What cannot be read counts as a process that cannot be looked up. */
function parseHolder(text: string): Holder {
  const unknown: Holder = { token: '', host: '', boot: '', namespace: '', pid: 0, started: '' }
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...unknown, ...value } : unknown
  } catch {
    return unknown
  }
}

/** Takes away a dead holder's file, and gives it back if it turns out to be a living one's that came in between. */
async function removeDead(path: string, dead: Holder): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return
    throw thrown
  }
  const moved = await sight(aside)
  if (moved !== undefined && moved.holder.token !== dead.token) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

async function holdLockFile(path: string, mine: Holder): Promise<LockFile> {
  // The handle keeps to our own file, whatever stands at the path by now.
  const file = await open(path, 'r+')
  const beat = setInterval(() => {
    const now = new Date()
    file.utimes(now, now).catch(() => undefined)
  }, HEARTBEAT_MS)
  beat.unref()
  return {
    async release() {
      clearInterval(beat)
      await file.close()
      const seen = await sight(path)
      if (seen?.holder.token === mine.token) await rm(path, { force: true })
    },
  }
}

function held(holder: Holder, what: string): LeaseHeldError {
  const where = holder.host === '' ? '' : ` (process ${holder.pid} on ${holder.host})`
  return new LeaseHeldError(`${what} is open in another process${where}`, {
    hint: 'One process at a time: wait for the other one to end. While `brazier serve` runs it has the file: ask its API instead.',
  })
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined
}
