// Decides where the BigQuery emulator comes from: a Python environment that is made once, outside the checkout, with
// versions that are known to start together. Run as a program, it makes that environment and says where.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The emulator asks for spatial at its start, which exists for exactly this DuckDB; numpy is missing from its own list. */
const PINS = ['bqemulator==1.4.0', 'duckdb==1.5.5', 'duckdb-extension-spatial==1.5.5', 'numpy']
/** Anew with every change of the pins, or of what is done with them. */
const VERSION = 'bqemulator-1.4.0-duckdb-1.5.5-a'

export interface Emulator {
  readonly python: string
  /** Its extensions are found below this folder, so that it asks nobody for them. */
  readonly home: string
}

const folder = (): string => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'brazier', VERSION)

const at = (place: string): Emulator => ({ python: join(place, 'bin/python'), home: join(place, 'home') })

/** @throws Error whose message says why there is none. */
export async function emulator(): Promise<Emulator> {
  const place = folder()
  if (existsSync(place)) return at(place)
  const python = await findPython()
  await mkdir(dirname(place), { recursive: true })
  // Made beside and moved as a whole: whoever finds the folder finds it complete.
  const making = await mkdtemp(`${place}-`)
  try {
    await run(python, ['-m', 'venv', making])
    await run(join(making, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...PINS], { timeout: 600_000 })
    await placeExtension(making)
    await rename(making, place).catch((error: unknown) => {
      if (!existsSync(place)) throw error
    })
  } catch (error) {
    throw new Error(`the emulator cannot be installed: ${firstLine(error)}`, { cause: error })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
  return at(place)
}

async function findPython(): Promise<string> {
  for (const name of ['python3', 'python3.13', 'python3.12', 'python3.11']) {
    const isNewEnough = 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else 1)'
    if (
      await run(name, ['-c', isNewEnough]).then(
        () => true,
        () => false,
      )
    )
      return name
  }
  throw new Error('there is no Python 3.11 or newer')
}

async function placeExtension(place: string): Promise<void> {
  const { python, home } = at(place)
  const ask =
    'import duckdb, duckdb_extension_spatial as s, os; ' +
    'print(duckdb.sql("pragma platform").fetchone()[0]); print(duckdb.__version__); print(os.path.dirname(s.__file__))'
  const { stdout } = await run(python, ['-c', ask])
  const [platform = '', version = '', packaged = ''] = stdout.trim().split('\n')
  const extensions = join(home, '.duckdb/extensions', `v${version}`, platform)
  await mkdir(extensions, { recursive: true })
  const file = 'spatial.duckdb_extension'
  // Relative, since all of it is moved afterwards.
  const inside = join(packaged, 'extensions', `v${version}`, file).slice(place.length + 1)
  await symlink(join('../../../../..', inside), join(extensions, file))
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? ''

if (import.meta.main) console.log(`BigQuery emulator: ${dirname(dirname((await emulator()).python))}`)
