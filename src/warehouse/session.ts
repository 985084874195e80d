// Decides how one connection is shared by several callers: statements run one after another in the order of the calls,
// and a transaction keeps everybody else waiting until it ends.

import type { Row, Session } from './port.ts'

/** What a database's connection must be able to do to be a session. */
export interface Statements {
  run(sql: string): Promise<number>
  rows(sql: string): Promise<Row[]>
  begin(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  close(): Promise<void>
}

export type Turn = <T>(work: () => Promise<T>) => Promise<T>

/** Lets pieces of work run one at a time, in the order of the calls. A piece that fails does not hold up the next. */
export function oneAtATime(): Turn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}

export function sessionOver(statements: Statements): Session {
  const turn = oneAtATime()
  let closed: Promise<void> | undefined
  return {
    run: (sql) => turn(() => statements.run(sql)),
    rows: (sql) => turn(() => statements.rows(sql)),
    transaction: (work) => turn(() => inTransaction(statements, work)),
    close: () => {
      closed ??= turn(() => statements.close())
      return closed
    },
  }
}

async function inTransaction<T>(statements: Statements, work: (session: Session) => Promise<T>): Promise<T> {
  await statements.begin()
  const inner = transactionSession(statements)
  try {
    const result = await work(inner.session)
    await inner.end()
    await statements.commit()
    return result
  } catch (error) {
    await inner.end()
    // The first error is the one to tell; a connection that is gone cannot roll back, and need not.
    await statements.rollback().catch(() => undefined)
    throw error
  }
}

/** The session that `work` gets: it speaks past the queue of the outer one, and only as long as the transaction lasts. */
function transactionSession(statements: Statements): { session: Session; end(): Promise<void> } {
  const turn = oneAtATime()
  let open = true
  const whileOpen = <T>(work: () => Promise<T>): Promise<T> =>
    turn(() => (open ? work() : Promise.reject(new Error('the transaction of this session has ended'))))
  const session: Session = {
    run: (sql) => whileOpen(() => statements.run(sql)),
    rows: (sql) => whileOpen(() => statements.rows(sql)),
    transaction: () => Promise.reject(new Error('a transaction cannot hold another one')),
    close: () => Promise.reject(new Error('a session cannot be closed inside its transaction')),
  }
  const end = (): Promise<void> =>
    turn(async () => {
      open = false
    })
  return { session, end }
}
