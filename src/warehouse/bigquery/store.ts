// Decides what a BigQuery dataset is as a store: its sessions, whose statements are jobs of their own, and the dataset
// itself. Nothing here dies with a connection, so there is no death certificate.

import type { Purpose, Session, Store } from '../port.ts'
import { standing } from './cost.ts'
import { bigqueryDialect } from './dialect.ts'
import { storeError } from './error-text.ts'
import type { Jobs } from './jobs.ts'

export function bigqueryStore(
  jobs: Jobs,
  place: { readonly project: string; readonly dataset: string },
): Store {
  const name = `bigquery dataset ${place.project}.${place.dataset}`
  const told = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      throw storeError(thrown, name)
    })
  // Nothing is kept between two statements: they run at once if they are asked for at once.
  const sessionFor = (about: Purpose): Session => {
    const session: Session = {
      run: async (sql) => (await told(jobs.run(sql, about))).touched,
      rows: (sql) => told(jobs.rows(sql, about)),
      transaction: (work) => work(session),
      about: sessionFor,
      async append(table, rows) {
        const lines = rows.map((row) => JSON.stringify(row)).join('\n')
        await told(jobs.load({ ...place, table }, lines, about))
      },
      async *stream(sql) {
        try {
          yield* jobs.stream(sql, about)
        } catch (thrown) {
          throw storeError(thrown, name)
        }
      },
      close: async () => undefined,
    }
    return session
  }
  return {
    dialect: bigqueryDialect(place),
    place: name,
    session: async () => sessionFor({ stage: 'ledger' }),
    makeSchema: () => told(jobs.makeDataset(place.dataset)),
    standing: () => told(standing(jobs, place)),
    deathCertificate: async () => null,
    close: () => jobs.close(),
  }
}
