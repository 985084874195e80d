import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { LeaseHeldError, WarehouseError } from '../../../src/model/errors.ts'
import { openDatabases } from '../../../src/warehouse/open.ts'
import { stateSettings, testFolder } from '../open-test.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A process that opens the state file; resolves with it and the first line that it says. */
async function holder(path: string): Promise<{ child: ChildProcess; said: string }> {
  const program = fileURLToPath(new URL('hold-state.ts', import.meta.url))
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [said] = await once(child.stdout!, 'data')
  return { child, said: String(said).trim() }
}

const open = (store: ReturnType<typeof stateSettings>) =>
  openDatabases({
    name: 'test',
    directory: dirname(store.path),
    warehouse: { type: 'duckdb', init: [] },
    store,
  })

describe('a DuckDB state file', () => {
  it('is made with its folder, and leaves nothing beside it when closed', async () => {
    const settings = stateSettings()
    const databases = await open(settings)
    await databases.store.makeSchema()
    expect(databases.store.place).toBe('brazier.duckdb')
    expect(JSON.parse(readFileSync(`${settings.path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid })
    expect(statSync(`${settings.path}.lock`).mode & 0o777).toBe(0o600)
    await databases.close()
    await databases.close()
    expect(readdirSync(dirname(settings.path))).toEqual(['brazier.duckdb'])
  })

  it('is one whatever its name ends in, and nothing else is taken for one', async () => {
    const settings = { ...stateSettings(), path: join(testFolder(), 'ledger.csv') }
    const first = await open(settings)
    await first.store.makeSchema()
    await first.close()
    expect(existsSync(settings.path)).toBe(true)
    await (await open(settings)).close()
    writeFileSync(settings.path, 'id,name\n1,ann\n')
    await expect(open(settings)).rejects.toMatchObject({
      name: 'WarehouseError',
      message: `the state file ${settings.path} is not a DuckDB database`,
      hint: 'Give store.path the name of a file that is not there yet, or of a ledger.',
    })
    expect(readFileSync(settings.path, 'utf8')).toBe('id,name\n1,ann\n')
  })

  it('keeps what was committed, and has a storage version that was chosen', async () => {
    const settings = stateSettings()
    const first = await open(settings)
    await first.store.makeSchema()
    const table = first.store.dialect.table('kept')
    const writer = await first.store.session()
    await writer.run(`create table ${table} as select i from range(100000) as t(i)`)
    await first.close()
    const second = await open(settings)
    const reader = await second.store.session()
    expect(await reader.rows(`select count(*) as n from ${table}`)).toEqual([{ n: 100_000 }])
    expect(
      await reader.rows(
        `select tags['storage_version'] as v from duckdb_databases() where database_name = 'brazier_state'`,
      ),
    ).toEqual([{ v: 'v1.4.0+' }])
    await second.close()
  })

  it('is refused to a second opening in this process, and free after the first is closed', async () => {
    const settings = stateSettings()
    const first = await open(settings)
    await expect(open(settings)).rejects.toThrow(LeaseHeldError)
    expect(existsSync(`${settings.path}.lock`)).toBe(true)
    await first.close()
    await (await open(settings)).close()
  })

  it('is refused while another process has it, and taken over at once when that is killed, with what it had written', async () => {
    const settings = stateSettings()
    const { child, said } = await holder(settings.path)
    expect(said).toBe('held')
    const refused = await open(settings).catch((thrown: unknown) => thrown)
    expect(refused).toBeInstanceOf(LeaseHeldError)
    expect((refused as Error).message).toContain(`process ${child.pid} on`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(`${settings.path}.lock`)).toBe(true)
    const databases = await open(settings)
    const session = await databases.store.session()
    expect(await session.rows(`select pid from ${databases.store.dialect.table('written')}`)).toEqual([
      { pid: child.pid },
    ])
    await databases.close()
  })

  it('is refused to another process while we have it, also after our lock file is gone, and free after we close', async () => {
    const settings = stateSettings()
    const databases = await open(settings)
    expect((await holder(settings.path)).said).toContain(
      `LeaseHeldError: the state file ${settings.path} is open in another process (process ${process.pid} on`,
    )
    rmSync(`${settings.path}.lock`)
    const second = await holder(settings.path)
    expect(second.said).toContain('LeaseHeldError')
    await databases.close()
    expect((await holder(settings.path)).said).toBe('held')
  })

  it('goes to one of several processes that take over from a dead one at the same time', async () => {
    const settings = stateSettings()
    const { child } = await holder(settings.path)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const all = await Promise.all([1, 2, 3].map(() => holder(settings.path)))
    expect(all.filter(({ said }) => said === 'held')).toHaveLength(1)
    expect(all.filter(({ said }) => said.startsWith('LeaseHeldError'))).toHaveLength(2)
  })

  it('spills to disk beside it when memory is short, writes and checkpoints, with files locked', async () => {
    const settings = { ...stateSettings(), memoryLimit: '64MB' }
    const databases = await open(settings)
    await databases.store.makeSchema()
    const session = await databases.store.session()
    const table = databases.store.dialect.table('big')
    await session.run(`create table ${table} as select i, md5(i::varchar) as t from range(1500000) as r(i)`)
    const sorted = session.rows(
      `select count(*) as n from (select row_number() over (order by t) as k, t from ${table}) as q where k > 10`,
    )
    expect(await sorted).toEqual([{ n: 1_499_990 }])
    await session.run('checkpoint brazier_state')
    await expect(session.run(`copy (select 1) to '${dirname(settings.path)}/x.csv'`)).rejects.toThrow(
      WarehouseError,
    )
    await expect(session.run(`attach '${dirname(settings.path)}/x.duckdb' as x`)).rejects.toThrow(
      WarehouseError,
    )
    await expect(session.run('set threads = 1')).rejects.toThrow(/locked/)
    await databases.close()
    expect(readdirSync(dirname(settings.path))).toEqual(['brazier.duckdb'])
  })

  it('has candidates that cost the file nothing', async () => {
    const settings = stateSettings()
    const databases = await open(settings)
    const session = await databases.store.session()
    const query = {
      sync: 's',
      run: 'r',
      select: `select i::varchar as k from range(300000) as t(i)`,
      columns: [{ name: 'k', kind: 'text' as const }],
      table: 'cand',
      session,
    }
    await databases.warehouse.candidates(query)
    await databases.warehouse.candidates(query)
    expect(
      await session.rows(`select count(*) as n from ${databases.store.dialect.candidateTable('cand')}`),
    ).toEqual([{ n: 300_000 }])
    await databases.close()
    expect(statSync(settings.path).size).toBeLessThan(100_000)
  })

  it('says what is wrong with the settings', async () => {
    await expect(open({ ...stateSettings(), memoryLimit: 'lots' })).rejects.toThrow(/memory_limit/)
    const folder = testFolder()
    writeFileSync(`${folder}/a-file`, '')
    await expect(open({ ...stateSettings(folder), path: `${folder}/a-file/brazier.duckdb` })).rejects.toThrow(
      /cannot make the folder/,
    )
    mkdirSync(`${folder}/state`, { recursive: true })
    writeFileSync(`${folder}/state/brazier.duckdb`, 'not a database at all, but long enough to look at')
    await expect(open(stateSettings(folder))).rejects.toThrow(WarehouseError)
    expect(existsSync(`${folder}/state/brazier.duckdb.lock`)).toBe(false)
  })
})
