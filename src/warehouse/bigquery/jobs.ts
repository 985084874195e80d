// Decides how a statement runs in BigQuery: as a job of its own through jobs.insert, under an id of ours, so that a lost
// reply is answered by looking the job up and never by running it twice.

import type { Row } from '../port.ts'

export interface BigQuerySettings {
  /** Brazier's project, for labels and job ids. */
  readonly name: string
  /** The Google project that runs and pays for the jobs. */
  readonly project: string
  /** Region or multi-region of the data, such as EU. */
  readonly location: string
  /** Bytes that one statement may bill; BigQuery refuses to start it beyond. */
  readonly maxBytesBilled: number
  /** Seconds that one statement may take. */
  readonly timeout: number
  /** Absolute path of a service account's key file; Application Default Credentials where absent. */
  readonly credentialsFile?: string
  /** E-mail address of the service account to act as. */
  readonly impersonate?: string
  /** Another address of the API: an emulator. */
  readonly apiEndpoint?: string
}

/** What a statement is for: its labels, and the parts of its job id. */
export interface About {
  /** A word such as `candidates`, `delta`, `settle`, `lease`, `check`. */
  readonly stage: string
  readonly sync?: string
  readonly run?: string
  /**
   * Says that the statement must take effect once in the run whoever asks, also in another process after a crash: a job
   * that succeeded under this key and the same SQL is taken as the answer. Without a key each call runs its own job
   * (and a lost reply still never runs it twice).
   */
  readonly key?: string
  /** Cancels the job. */
  readonly signal?: AbortSignal
  /** The author's SQL must find its own dataset first; ours names tables in full. */
  readonly dataset?: string
}

/** A job that ended well. */
export interface JobDone {
  readonly jobId: string
  /** Rows that DML touched; 0 for everything else. */
  readonly touched: number
  /** `SELECT`, `INSERT`, `MERGE`, `CREATE_TABLE_AS_SELECT`, `SCRIPT`, … as BigQuery names it. */
  readonly statementType: string
  readonly bytesBilled: number
  /** The table that holds the result of a SELECT (of a day's life), or that DDL or DML wrote. */
  readonly destination: TableName | undefined
}

export interface TableName {
  readonly project: string
  readonly dataset: string
  readonly table: string
}

/** A column as BigQuery describes it. `type` is the API's name: STRING, INTEGER, FLOAT, NUMERIC, RECORD, … */
export interface Field {
  readonly name: string
  readonly type: string
  /** NULLABLE, REQUIRED or REPEATED. */
  readonly mode: string
  /** Of a RECORD. */
  readonly fields: readonly Field[]
}

export interface DryRun {
  readonly fields: readonly Field[]
  readonly statementType: string
  /** Bytes that the statement will process; an upper bound where tables are clustered. */
  readonly bytes: number
}

/**
 * Every promise rejects with JobError (job-error.ts); `storeError` and `authorError` (error-text.ts) say it to people.
 * A statement that BigQuery refused for a reason that passes (rate limits, a conflict with another writer, a fault of
 * BigQuery's) is run again, so a script must be one transaction or safe to repeat.
 */
export interface Jobs {
  /** Runs one statement or script to its end. */
  run(sql: string, about: About): Promise<JobDone>
  /**
   * Runs one SELECT with a small result: booleans, numbers up to 2^53 (an INTEGER beyond as text), everything else as the
   * text that the API sends. REPEATED and RECORD columns are refused.
   */
  rows(sql: string, about: About): Promise<Row[]>
  /** Runs one SELECT of one STRING column without NULL; a page of strings at a time, one page in memory. Ends as `rows` does. */
  stream(sql: string, about: About): AsyncIterable<readonly string[]>
  /** What a statement would do, without doing it. Rejects with JobError, whose `line` counts in `sql`. */
  dryRun(sql: string, about?: Pick<About, 'dataset' | 'signal'>): Promise<DryRun>
  /** Appends rows (one JSON object a line) to a table that is there, as a load job: free, and all or nothing. */
  load(table: TableName, ndjson: string, about: About): Promise<JobDone>
  /** Makes the dataset unless it is there; its tables expire only where they say so. */
  makeDataset(dataset: string): Promise<void>
  /** Cancels every job under way; their promises reject. */
  cancelAll(): Promise<void>
  /** Cancels what is left. */
  close(): Promise<void>
}
