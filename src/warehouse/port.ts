// Decides what the ledger and the run need of a database: the store that holds the ledger, the warehouse that the
// author's SQL reads, and the SQL fragments in which databases differ. One folder per database implements it.

import type { ValueKind } from '../model/words.ts'

/** A value of a small result: text, numbers up to 2^53, booleans. Everything else is asked for as text. */
export type Cell = string | number | boolean | null
export type Row = Readonly<Record<string, Cell>>

/** One connection to the store. Its statements run one after another, in the order of the calls. */
export interface Session {
  /** Runs one statement; returns the number of rows it touched (0 where the database does not say). */
  run(sql: string): Promise<number>
  /** Runs one query with a small result. */
  rows(sql: string): Promise<Row[]>
  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. Not reentrant; other
   * callers of this session wait until it ends.
   */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** The same session, whose statements say what they are for; absent where nobody would see it. */
  about?(purpose: Purpose): Session
  /** Appends rows to a table of ours (a name for `Dialect.table`), all or none; absent where INSERT is as cheap. */
  append?(table: string, rows: readonly Row[]): Promise<void>
  /** The texts of a query of one column, a page at a time, in no order; absent where reading by ranges is as cheap. */
  stream?(sql: string): AsyncIterable<readonly string[]>
  close(): Promise<void>
}

/** What statements are for, for people who look at the database. */
export interface Purpose {
  /** A word such as `delta` or `settle`. */
  readonly stage: string
  readonly sync?: string
  readonly run?: string
}

/** SQL fragments of the store's database. All are pure text. */
export interface Dialect {
  readonly name: 'duckdb' | 'postgres' | 'bigquery'
  /** A quoted identifier. */
  ident(name: string): string
  /** A text literal. */
  literal(text: string): string
  /** The qualified, quoted name of a table of the ledger (in our schema). */
  table(name: string): string
  /**
   * The qualified, quoted name of a table for one sync's candidates: not durable, gone with the session at the latest.
   * A transaction that writes to one must not write to the ledger too: DuckDB keeps them in two databases.
   */
  candidateTable(name: string): string
  /** Storage type of a value kind; text kinds compare by bytes, never by a collation. */
  columnType(kind: ValueKind): string
  /** Storage types of the ledger's own columns. `timestamp` is UTC without zone. */
  readonly types: {
    readonly text: string
    readonly bigint: string
    readonly boolean: string
    readonly timestamp: string
    readonly float: string
  }
  /** JSON text of a stored value of this kind; NULL for NULL. A `float` always has a point, an integer never. */
  wire(kind: ValueKind, expression: string): string
  /** Number of the bucket, 0 to `buckets` - 1, of a text expression. The same within one store, no further. */
  bucket(expression: string, buckets: number): string
  /** Now by the store's clock, in UTC, as the ledger's timestamp type. */
  readonly now: string
  /** The timestamp `seconds` (an integer expression or number) after `expression`. */
  plusSeconds(expression: string, seconds: string | number): string
  /** Timestamp column as ISO 8601 text with Z; NULL for NULL. */
  isoText(expression: string): string
  md5(expression: string): string
  /**
   * A number by which texts are told apart at a glance: different numbers are different texts, equal ones need a closer look.
   * Undefined where counting different texts is as fast.
   */
  glance(expression: string): string | undefined
  /** Integer division of two non-negative integer expressions. */
  divide(a: string, b: string): string
  boolOr(expression: string): string
  countIf(condition: string): string
  /** concat_ws(separator, …) that skips NULL; '' when all are NULL. */
  joinText(separator: string, expressions: readonly string[]): string
  /** string_agg(expression, ',') ignoring NULL; ordered when `orderBy` is given. */
  joinRows(expression: string, orderBy?: string): string
  /** Appended to CREATE TABLE … for a ledger table's primary key; '' where the database keeps none (DuckDB snapshots). */
  primaryKey(columns: readonly string[]): string
  /**
   * Statement that makes `column` the key of a filled table (a name for `table`), unless it is already: an index built over
   * rows that are there costs a third of one kept up while they come. Undefined where the database keeps no keys.
   */
  keyAfterFill(table: string, column: string): string | undefined
  /**
   * Expression that numbers the rows of a result from 0 as they come, where that costs next to nothing: the delta of a single
   * sync is then its own outbox, read through a view. Undefined where it would keep a query from running in parallel.
   */
  readonly rowNumber: string | undefined
  /** Drops a table, or the view that stands in its place, if there is one. */
  dropTableOrView(table: string): string
  /**
   * Statements where somebody's view may hold a column of a table fast: `drop` then leaves the column, empty, and `renew`
   * takes one that is left if its type is the same. Absent where views hold nothing.
   */
  readonly columns?: {
    drop(table: string, column: string): string
    renew(table: string, column: string, type: string): string
  }
  /** Appended to a select inside a transaction, to hold its rows against writers until the end; '' where not needed. */
  readonly lockRows: string
  /**
   * Whether a transaction undoes what it did when it fails, and keys keep rows unique. Where not, each statement is written
   * so that it may run again after a crash, looks at the lease itself, and stands where a crash before or after it does no
   * harm.
   */
  readonly isAtomic: boolean
  /** Seconds that a lease lives unless renewed, each third of it. Longer than any request may take. */
  readonly leaseSeconds: number
  /**
   * Written after the name (or the columns) of a table that one run or plan makes, before AS: how it is laid out (`key` is
   * what it is joined by), and when it goes if nobody drops it.
   */
  runTable(key: string): string
  /**
   * Written after the columns of a table that only grows: how it is laid out, so that what is old, or of another run, is
   * neither read nor billed.
   */
  logTable(moment: string, key: string): string
  /** Number of hash buckets in which an outbox of so many delta rows is packed. */
  outboxBuckets(deltaRows: number): number
  /**
   * How many numbers of an outbox each bucket has to itself, used or not, where one statement fills all of them and each is
   * read as a whole; a multiple of `size`, the objects of a batch. Undefined where buckets are filled one after another and
   * numbers run on.
   */
  bucketSpan(size: number): number | undefined
  /** Milliseconds in which acknowledgements are gathered before they are written together. */
  readonly ackPauseMs: number
}

/** A column of the author's result. */
export interface SourceColumn {
  readonly name: string
  /** The database's own name for the type, for messages. */
  readonly type: string
  /** How its values are kept; absent when the type is refused. */
  readonly value?: SourceValue
  /** Why the type is refused and what to do, as a sentence; present exactly when `value` is absent. */
  readonly refusal?: string
  /** Whether the type can name a person (text, integer, uuid). */
  readonly canBeKey: boolean
}

/** SQL fragments over `expression`, in the warehouse's own dialect. */
export interface SourceValue {
  readonly kind: ValueKind
  /**
   * The canonical value of `expression`, of a type that the store keeps as `kind`; NULL for NULL. Never fails on data:
   * a value that cannot be sent gives NULL here and a text in `fault`.
   */
  canonical(expression: string, options: { readonly round?: number }): string
  /**
   * SQL expression giving NULL for a good value, or a short text that says what is wrong ("over 255 characters"), never
   * the value. Absent when no value of the type can be wrong.
   */
  fault?(expression: string): string
}

/** SQL fragments of the warehouse's database for candidates. */
export interface SourceDialect {
  ident(name: string): string
  literal(text: string): string
  /** A key column as text: taken as it is; `email` trimmed and in lower case. */
  keyText(expression: string, isEmail: boolean): string
  /** Condition on a text that is not NULL: nothing in it but white space of any kind, the same in every database. */
  isBlank(expression: string): string
  /** Condition on a text: it holds a NUL character. Absent where no text can. */
  hasNul?(expression: string): string
  /** UTF-8 bytes of a text expression. */
  bytes(expression: string): string
  /** JSON text of a text expression (a quoted JSON string). */
  jsonText(expression: string): string
  joinText(separator: string, expressions: readonly string[]): string
}

export interface CandidateQuery {
  /** For messages, labels and application_name. */
  readonly sync: string
  readonly run: string
  /** The complete select, in the warehouse's dialect, whose columns are `columns` in this order, the key first. */
  readonly select: string
  readonly columns: readonly { readonly name: string; readonly kind: ValueKind }[]
  /** Name to be passed to `Dialect.candidateTable`; created anew by the call. */
  readonly table: string
  /** The session of the store on which the table must be visible. */
  readonly session: Session
}

export interface QueryCost {
  /** An upper bound. */
  readonly bytes: number
  /** In whatever currency the settings give. */
  readonly price: number
  /** Bytes that the query may read; it is not run beyond. */
  readonly limit: number
}

export interface Warehouse {
  readonly dialect: SourceDialect
  /** Queries that may run at once; one where absent. */
  readonly concurrency?: number
  /**
   * The columns of the author's SELECT, found without reading rows. Proves both that the text alone prepares as exactly
   * one SELECT and that it still does as a subquery. Rejects with SyncError (message of the database with the line in
   * the author's file, and a remedy) when it does not, when two columns share a name, or when a column has no name.
   * Rejects with WarehouseError when the database is out of reach.
   */
  columns(sql: string): Promise<SourceColumn[]>
  /** Runs the select once and keeps its rows in the candidate table of the store. The author's SQL can only read. */
  candidates(query: CandidateQuery): Promise<void>
  /** The moment up to which the data is known to be complete; null when the database cannot say (then: now). */
  sourceTime(): Promise<string | null>
  /** What one run of the author's SELECT costs, found without reading rows; absent where the database bills nothing. */
  cost?(sql: string): Promise<QueryCost>
  /** True when our role can write outside our schema (`check` warns). */
  canWriteElsewhere(): Promise<boolean>
  /** Stops the statement under way, if any; its promise rejects. */
  cancel(): Promise<void>
  close(): Promise<void>
}

/** What stands in the way of a ledger, found without writing. */
export interface Standing {
  /** What a run would be refused, and the remedy. */
  readonly refusals: readonly string[]
  /** What somebody should know before the first run. */
  readonly notes: readonly string[]
}

export interface Store {
  readonly dialect: Dialect
  /** Where the ledger lives, for people: `postgres schema brazier`, `state/brazier.duckdb`. No secrets. */
  readonly place: string
  /** Opens a further connection. */
  session(): Promise<Session>
  /** Makes our schema (dataset) unless it is there; the tables in it are the ledger's business. */
  makeSchema(): Promise<void>
  /** Absent where whoever can connect can also write. */
  standing?(): Promise<Standing>
  /** Session-bound certificate that the lease holder lives; null where the database has none. */
  deathCertificate(name: string): Promise<DeathCertificate | null>
  close(): Promise<void>
}

/** A lock that the database frees when its holder's connection dies. It decides nothing alone: the lease row does. */
export interface DeathCertificate {
  /** True when we hold it now; false when a living connection holds it. */
  take(): Promise<boolean>
  release(): Promise<void>
}

/** A warehouse and the store that goes with it, opened together, since the three combinations differ in how they share. */
export interface Databases {
  readonly warehouse: Warehouse
  readonly store: Store
  close(): Promise<void>
}
