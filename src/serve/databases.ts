// Decides how the service holds its databases. A state file stays open as long as the service runs, since only one process
// can have it: the command line then says who has it. A store in the warehouse is opened anew for each run, as every command
// does, so that a connection that broke in the night costs one run at most.

import type { Project } from '../model/definition.ts'
import { openDatabases } from '../warehouse/open.ts'
import type { Databases, Session, Store } from '../warehouse/port.ts'
import { openReaders } from './readers.ts'

export interface HeldDatabases {
  readonly dialect: Store['dialect']
  readonly place: string
  read<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** One at a time. */
  forRun<T>(work: (databases: Databases) => Promise<T>): Promise<T>
  /** A connection may be broken: the next run gets new ones. */
  suspect(): void
  close(): Promise<void>
}

/** @throws WarehouseError when one is out of reach, LeaseHeldError when another process has the state file. */
export async function holdDatabases(project: Project): Promise<HeldDatabases> {
  let opening: Promise<Databases> | undefined
  let suspected = false
  const held = (): Promise<Databases> => {
    opening ??= openDatabases(project)
    opening.catch(() => {
      opening = undefined
    })
    return opening
  }
  const readers = openReaders(async () => (await held()).store.session())
  const isOneFile = project.store.type === 'duckdb'
  // The file alone cannot break; a server beside it can.
  const canBreak = isOneFile && project.warehouse.type !== 'duckdb'
  const renew = async () => {
    await readers.drain(async () => {
      const old = await opening?.catch(() => undefined)
      opening = undefined
      await old?.close()
    })
    suspected = false
  }
  const { store } = await held()
  return {
    dialect: store.dialect,
    place: store.place,
    read: (work) => readers.use(work),
    async forRun(work) {
      if (!isOneFile) return await inNewOnes(project, work)
      if (suspected) await renew()
      return await work(await held())
    },
    suspect: () => {
      suspected = canBreak
    },
    async close() {
      await readers.close()
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

async function inNewOnes<T>(project: Project, work: (databases: Databases) => Promise<T>): Promise<T> {
  const databases = await openDatabases(project)
  try {
    return await work(databases)
  } finally {
    await databases.close()
  }
}
