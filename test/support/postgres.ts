// Decides how a test file gets a Postgres database of its own, which is gone when the file is done.

import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, inject } from 'vitest'

export interface TestDatabase {
  readonly name: string
  /** URL of a role that may do anything. */
  readonly url: string
  /** Runs statements; returns the rows of the last one, values as the server prints them. */
  query(sql: string): Promise<Record<string, string | null>[]>
}

const made: string[] = []
const roles: string[] = []

// Registered when a test file imports this, since a hook cannot register another one.
afterAll(async () => {
  for (const name of made.splice(0))
    await once(inject('postgresUrl'), `drop database if exists ${name} with (force)`)
  for (const role of roles.splice(0)) await once(inject('postgresUrl'), `drop role if exists ${role}`)
})

/** Dropped after the file's tests; to be called wherever. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  if (server === '') throw new Error('no Postgres: install it, or name one in BRAZIER_TEST_POSTGRES')
  const name = `brazier_test_${randomBytes(6).toString('hex')}`
  await once(server, `create database ${name}`)
  made.push(name)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { name, url: url.href, query: (sql) => once(url.href, sql) }
}

/** A role without any right of its own; gone after the file's tests. Returns its URL of the database. */
export async function createRole(database: TestDatabase): Promise<{ role: string; url: string }> {
  const role = `brazier_role_${randomBytes(6).toString('hex')}`
  const password = randomBytes(6).toString('hex')
  await database.query(`create role ${role} login password '${password}'`)
  roles.push(role)
  const url = new URL(database.url)
  url.username = role
  url.password = password
  return { role, url: url.href }
}

async function once(url: string, sql: string): Promise<Record<string, string | null>[]> {
  const client = new Client({ connectionString: url, types: { getTypeParser: () => (text: string) => text } })
  await client.connect()
  try {
    const results = await client.query(sql)
    return Array.isArray(results) ? results.at(-1).rows : results.rows
  } finally {
    await client.end()
  }
}
