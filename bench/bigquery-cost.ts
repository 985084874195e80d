// Decides what a run costs in BigQuery, on paper: every statement of a run with the tables and columns that it reads, their
// sizes by Google's own rules, the least that is billed for a table, and the price. Pure; docs/bigquery.md shows its tables.

/** Logical bytes of a value (BigQuery, "Data type sizes"); NULL is 0. */
const SIZES = { integer: 8, boolean: 1, timestamp: 8 }
const text = (characters: number): number => 2 + characters

/** Billed at least for each table that a statement touches ("Pricing"). */
const LEAST_PER_TABLE = 10 * 1024 ** 2
const TIB = 1024 ** 4
const DAYS_PER_MONTH = 30
/** Requests a second that Braze admits at most, and people in each ("API limits"). */
const BRAZE_PER_SECOND = 1000
const PER_REQUEST = 75
/** Seconds that a statement on small tables takes on the real service (medians: 0.65 s for SELECT, 3.6 s for DML). */
const SECONDS = { reads: 0.65, writes: 3.6 }

export interface Scenario {
  readonly people: number
  /** Columns that are sent for each person. */
  readonly columns: number
  /** Characters of a value, as text. */
  readonly valueLength: number
  readonly keyLength: number
  /** Share of the people whom a run changes. */
  readonly changed: number
  readonly runsPerDay: number
  readonly pricePerTib: number
}

/** Five columns of each customer; one in two hundred changes in an hour, one in twenty in a day. */
export const TYPICAL = { columns: 5, valueLength: 10, keyLength: 12, pricePerTib: 6.25 }

export interface Table {
  readonly rows: number
  /** Mean bytes of each column. */
  readonly columns: Readonly<Record<string, number>>
}

interface Statement {
  readonly stage: string
  readonly writes: boolean
  readonly reads: readonly { readonly table: Table; readonly columns?: readonly string[] }[]
}

/** Names of the columns that are sent, for as many as a scenario has. */
export const VALUE_COLUMNS = ['colour', 'city', 'tier', 'brand', 'shop', 'score', 'size', 'plan'] as const

export function tables({ people, columns, valueLength, keyLength, changed }: Scenario) {
  const key = text(keyLength)
  const values = (prefix: string): Record<string, number> =>
    Object.fromEntries(VALUE_COLUMNS.slice(0, columns).map((name) => [prefix + name, text(valueLength)]))
  // "favourite_color":"green",
  const members = columns * (valueLength + 20)
  const { boolean, integer, timestamp } = SIZES
  const delta = Math.ceil(people * changed)
  return {
    candidates: { rows: people, columns: { k: key, bad: 0, ...values('') } },
    snapshot: { rows: people, columns: { k: key, since: timestamp, ...values('') } },
    delta: {
      rows: delta,
      columns: {
        k: key,
        op: text(6),
        sets: boolean,
        points: integer,
        moved: boolean,
        lost: 0,
        omits: boolean,
        since: timestamp,
        ...Object.fromEntries(Array.from({ length: columns }, (_, i) => [`s${i}`, boolean])),
        ...values('v_'),
      },
    },
    outbox: {
      rows: delta,
      columns: { seq: integer, identity: text(11), k: key, obj: text(members + keyLength + 50) },
    },
    small: { rows: 1, columns: { all: 1000 } },
  }
}

/** Statements of a run with one sync on tables that are small whatever the audience: lease, runs, plans, doubt, acks. */
const SMALL = { reads: 22, writes: 16 }
/** Statements that read nothing: new rows, new tables, and tables that go. */
const FREE = 21

/** What a run with one sync does, in order. */
export function statements(scenario: Scenario): Statement[] {
  const { candidates, snapshot, delta, outbox, small } = tables(scenario)
  const keys = { table: candidates, columns: ['k', 'bad'] }
  const values = Object.keys(delta.columns).filter((name) => name.startsWith('v_'))
  const flags = Object.keys(delta.columns).filter((name) => /^s\d+$/.test(name))
  const counted = { table: delta, columns: ['op', 'sets', 'points', 'moved', 'lost', ...flags] }
  const big: Statement[] = [
    { stage: 'check keys', writes: false, reads: [keys] },
    { stage: 'check duplicates', writes: false, reads: [keys] },
    { stage: 'count withheld', writes: false, reads: [keys] },
    { stage: 'delta', writes: true, reads: [{ table: candidates }, { table: snapshot }] },
    { stage: 'count', writes: false, reads: [counted] },
    {
      stage: 'outbox',
      writes: true,
      reads: [{ table: delta, columns: ['k', 'op', 'sets', ...flags, ...values] }],
    },
    { stage: 'send', writes: false, reads: [{ table: outbox, columns: ['seq', 'obj'] }] },
    { stage: 'count sent', writes: false, reads: [{ table: delta, columns: flags }] },
    { stage: 'count settled', writes: false, reads: [counted] },
    { stage: 'history', writes: true, reads: [{ table: delta, columns: ['k', 'op', ...flags, ...values] }] },
    {
      stage: 'snapshot',
      writes: true,
      reads: [{ table: snapshot }, { table: delta, columns: ['k', 'since', ...values] }],
    },
    { stage: 'doubt', writes: true, reads: [{ table: delta, columns: ['k'] }] },
    { stage: 'rejections', writes: true, reads: [{ table: delta, columns: ['k'] }] },
  ]
  const rest = (writes: boolean, count: number): Statement[] =>
    Array.from({ length: count }, () => ({ stage: 'ledger', writes, reads: [{ table: small }] }))
  return [...big, ...rest(false, SMALL.reads), ...rest(true, SMALL.writes)]
}

export const bytesOf = ({ reads }: Statement): number =>
  reads.reduce((sum, { table, columns }) => {
    const names = columns ?? Object.keys(table.columns)
    const width = names.reduce((bytes, name) => bytes + (table.columns[name] ?? 0), 0)
    return sum + Math.max(LEAST_PER_TABLE, table.rows * width)
  }, 0)

export interface Cost {
  /** Without what the author's own query reads. */
  readonly bytesPerRun: number
  readonly perRun: number
  readonly perMonth: number
  readonly requests: number
  /** At Braze's limit. */
  readonly sendSeconds: number
  /** Of the statements, one after another, however little changed. */
  readonly statementSeconds: number
  readonly storedBytes: number
}

export function costOf(scenario: Scenario): Cost {
  const all = statements(scenario)
  const bytesPerRun = all.reduce((sum, statement) => sum + bytesOf(statement), 0)
  const perRun = (bytesPerRun / TIB) * scenario.pricePerTib
  const requests = Math.ceil((scenario.people * scenario.changed) / PER_REQUEST)
  const { snapshot } = tables(scenario)
  return {
    bytesPerRun,
    perRun,
    perMonth: perRun * scenario.runsPerDay * DAYS_PER_MONTH,
    requests,
    sendSeconds: requests / BRAZE_PER_SECOND,
    statementSeconds: all.reduce((sum, { writes }) => sum + (writes ? SECONDS.writes : SECONDS.reads), FREE),
    storedBytes: bytesOf({ stage: '', writes: false, reads: [{ table: snapshot }] }),
  }
}

/** The same as docs/bigquery.md writes it, for tables that are larger than the least that is billed. */
export function bytesByFormula({
  people: n,
  columns: c,
  valueLength: v,
  keyLength: k,
  changed: r,
}: Scenario): number {
  const m = 2 + c * (v + 20)
  const perPerson = 3 * (2 + k) + (2 + k + c * (2 + v)) + 2 * (2 + k + 8 + c * (2 + v))
  const perChange = m + c * (3 * (2 + v) + 5) + 6 * k + 129
  return n * perPerson + n * r * perChange + (SMALL.reads + SMALL.writes) * LEAST_PER_TABLE
}

const SIZES_SHOWN = [10_000_000, 100_000_000, 1_000_000_000]
const RHYTHMS = [
  { name: 'hourly', runsPerDay: 24, changed: 0.005 },
  { name: 'daily', runsPerDay: 1, changed: 0.05 },
]

const round = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
const money = (value: number): string => `$${value < 1 ? round(value, 3) : round(value, value < 100 ? 2 : 0)}`
const gigabytes = (bytes: number): string => `${round(bytes / 1e9, bytes < 1e10 ? 1 : 0)} GB`
const duration = (seconds: number): string =>
  seconds < 120
    ? `${round(seconds)} s`
    : seconds < 7200
      ? `${round(seconds / 60)} min`
      : `${round(seconds / 3600, 1)} h`

/** As Markdown. */
export function costTable(): string {
  const lines = SIZES_SHOWN.flatMap((people) =>
    RHYTHMS.map(({ name, runsPerDay, changed }) => {
      const cost = costOf({ ...TYPICAL, people, runsPerDay, changed })
      const cells = [
        `${round(people / 1e6)} M`,
        name,
        round(people * changed),
        gigabytes(cost.bytesPerRun),
        money(cost.perRun),
        money(cost.perMonth),
        round(cost.requests),
        duration(cost.sendSeconds),
        gigabytes(cost.storedBytes),
      ]
      return `| ${cells.join(' | ')} |`
    }),
  )
  const heads = [
    'people',
    'runs',
    'changed in a run',
    'bytes a run',
    'price a run',
    'price a month',
    'requests to Braze',
    'sending, at least',
    'snapshot',
  ]
  return [`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`, ...lines].join('\n')
}

if (import.meta.main) console.log(costTable())
