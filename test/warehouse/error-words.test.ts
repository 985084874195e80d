import { describe, expect, it } from 'vitest'
import {
  authorError as duckdbAuthorError,
  storeError as duckdbStoreError,
} from '../../src/warehouse/duckdb/error-text.ts'
import { authorError, connectError, postgresMessage } from '../../src/warehouse/postgres/error-text.ts'
import { addressOf, withExplicitTls } from '../../src/warehouse/postgres/url.ts'
import { withoutData } from '../../src/warehouse/said-words.ts'

const server = (code: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { code, ...more })

describe('words of a database that may be repeated', () => {
  it.each([
    [`invalid input syntax for type integer: "bob@x.com"`, 'invalid input syntax for type integer: …'],
    [
      `Could not convert string 'bob' to INT32 when casting`,
      'Could not convert string … to INT32 when casting',
    ],
    [
      "Type INT32 with value 70000 can't be cast because the value is out of range for the destination type INT16",
      'Type INT32 with value … cannot be cast because the value is out of range for the destination type INT16',
    ],
    [
      'CSV Error on Line: 30002 Original Line: u1,Alice Smith,alice@x.com Error when converting column "amount".',
      'CSV Error on Line: … Original Line: … Error when converting column …',
    ],
    [
      'Could not parse string "x" according to format specifier "%Y" Alice Smith of Rome ^ Error: Expected a number',
      'Could not parse string … according to format specifier … of … ^ Error: Expected a number',
    ],
    ['missing ): Alice Smith', 'missing ): …'],
    [`Could not convert string 'Siobhan O'Brien' to INT32`, 'Could not convert string …'],
    [
      `invalid input syntax for type integer: "Ann "Nan" Kowalski"`,
      'invalid input syntax for type integer: …',
    ],
    [
      'Alice Smith',
      'a value in the data made it fail; the database’s own words may hold it and are not repeated',
    ],
    ['bob', 'a value in the data made it fail; the database’s own words may hold it and are not repeated'],
    [`Key (email)=(bob@x.com) already exists.`, 'Key … already exists.'],
    [`Overflow in multiplication of INT32 (99 * 2147483647)!`, 'Overflow in multiplication of INT32 …'],
    [`value 5551234 is out of range`, 'value … is out of range'],
    [`an unclosed "quote of bob@x.com`, 'an unclosed …'],
    ['division by zero', 'division by zero'],
  ])('%s', (message, expected) => {
    expect(withoutData(message)).toBe(expected)
  })

  it('keeps names in mistakes of the SQL, and nothing of what a function raises', () => {
    expect(postgresMessage(server('42703', 'column "emial" does not exist', { position: '8' }))).toBe(
      'column "emial" does not exist',
    )
    expect(postgresMessage(server('42704', 'unrecognized configuration parameter "bob@x.com"'))).toBe(
      'unrecognized configuration parameter …',
    )
    expect(postgresMessage(server('3F000', 'schema "bob@x" does not exist'))).toBe('schema … does not exist')
    expect(postgresMessage(server('P0001', 'no such person bob@x.com'))).toBe(
      'a function raised an error (P0001)',
    )
    expect(postgresMessage(server('22P02', 'invalid input syntax for type date: "1/2"'))).not.toContain('1/2')
    expect(duckdbAuthorError(new Error(`Invalid Input Error: bob@x.com 17`)).message).not.toMatch(/17/)
    expect(
      duckdbAuthorError(
        new Error(
          `Conversion Error: Could not convert string 'bob@x.com' to INT32\n\nLINE 1: select 'bob@x.com'`,
        ),
      ).message,
    ).not.toContain('bob')
  })

  it('tells who must act', () => {
    expect(
      authorError(server('57014', 'canceling statement due to statement timeout'), {
        sql: '',
        timeoutSeconds: 30,
      }),
    ).toMatchObject({ name: 'SyncError', message: 'the query took longer than 30 seconds' })
    expect(
      authorError(server('53100', 'could not extend file: No space left on device'), { sql: '' }),
    ).toMatchObject({ name: 'WarehouseError' })
    expect(authorError(server('ECONNRESET', 'read ECONNRESET'), { sql: '' })).toMatchObject({
      name: 'WarehouseError',
      message: 'the query: the connection to Postgres was lost',
    })
    expect(authorError(server('42501', 'permission denied for table x'), { sql: '' })).toMatchObject({
      name: 'SyncError',
      hint: 'Grant our role SELECT on it.',
    })
    expect(
      duckdbStoreError(new Error('IO Error: Could not write file "x": No space left on device'), 'state'),
    ).toMatchObject({ name: 'WarehouseError', message: 'state: the disk is full' })
    expect(duckdbStoreError(new Error('Out of Memory Error: failed to allocate'), 'state').hint).toContain(
      'memory_limit',
    )
    expect(
      duckdbStoreError(
        new Error('IO Error: Could not set lock on file "x": Conflicting lock is held in node (PID 7).'),
        'the state file x',
      ),
    ).toMatchObject({ exitCode: 75, message: 'the state file x is open in another process (7)' })
  })
})

describe('a connection that fails', () => {
  const address = addressOf('postgres://bob:se%40cret@db.example.com/shop?sslmode=require')

  it.each([
    [
      server('ECONNREFUSED', 'connect ECONNREFUSED'),
      'Postgres at db.example.com:5432 cannot be reached (ECONNREFUSED)',
    ],
    [new Error('timeout expired'), 'Postgres at db.example.com:5432 cannot be reached (timeout expired)'],
    [
      server('28P01', 'password authentication failed for user "bob"'),
      'Postgres at db.example.com:5432 refuses the user bob',
    ],
    [
      server('3D000', 'database "shop" does not exist'),
      'Postgres at db.example.com:5432 has no database shop',
    ],
    [
      server('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
      'Postgres at db.example.com:5432: the encrypted connection failed (SELF_SIGNED_CERT_IN_CHAIN)',
    ],
    [
      server('53300', 'sorry, too many clients already'),
      'Postgres at db.example.com:5432 refuses the connection: sorry, too many clients already',
    ],
  ])('%s', (thrown, expected) => {
    const error = connectError(thrown, address)
    expect(error.message).toBe(expected)
    expect(`${error.message}${error.hint}`).not.toContain('cret')
  })

  it('says nothing of an address that it cannot read', () => {
    expect(addressOf('se:cret:@@')).toEqual({ place: 'the address in warehouse.url', user: '', database: '' })
    expect(addressOf('postgres:///shop?host=/run/pg')).toMatchObject({ place: '/run/pg', database: 'shop' })
  })

  it.each([
    ['postgres://h/d?sslmode=require', 'postgres://h/d?sslmode=verify-full'],
    ['postgres://h/d?a=1&sslmode=prefer&b=2', 'postgres://h/d?a=1&sslmode=verify-full&b=2'],
    ['postgres://h/d?sslmode=no-verify', 'postgres://h/d?sslmode=no-verify'],
    ['postgres://h/d?sslmode=disable', 'postgres://h/d?sslmode=disable'],
    [
      'postgres://h/d?uselibpqcompat=true&sslmode=require',
      'postgres://h/d?uselibpqcompat=true&sslmode=require',
    ],
    ['postgres://h/d', 'postgres://h/d'],
  ])('reads the sslmode of %s', (url, expected) => {
    expect(withExplicitTls(url)).toBe(expected)
  })
})
