import { cpus } from 'node:os'
import { describe, expect, it } from 'vitest'
import { BRAZE, DUCKDB, problemsOf, read, settingsOf } from './read-config.ts'

describe('readConfig', () => {
  it('fills every default', () => {
    expect(settingsOf(DUCKDB + BRAZE)).toEqual({
      name: 'shop',
      warehouse: { type: 'duckdb', init: [] },
      store: {
        type: 'duckdb',
        path: '/projects/shop/state/brazier.duckdb',
        memoryLimit: '448MB',
        threads: Math.min(4, cpus().length),
        ephemeral: false,
      },
      braze: {
        endpoint: 'https://rest.iad-01.braze.com',
        apiKey: 'k-1',
        workspace: 'production',
        requestsPerSecond: 200,
        reserve: 0.2,
        objectsPerRequest: 75,
        requestTimeoutSeconds: 30,
        giveUpAfterSeconds: 600,
        maxConnections: 50,
      },
      defaults: {
        schedule: { text: 'hourly', cron: '0 * * * *', timezone: 'UTC' },
        guards: { maxRemoves: { unit: 'share', share: 0.2 }, minRows: 1 },
        refreshDays: 30,
        maxAttempts: 5,
        jitterSeconds: 0,
      },
      maxDurationSeconds: undefined,
      planExpireHours: 24,
      historyDays: 90,
      service: { tokens: [] },
    })
  })

  it('reads every key', () => {
    const text = `
name: my-shop
warehouse:
  type: postgres
  url: \${DB_URL}
  schema: analytics
  statement_timeout: 10 minutes
store: { schema: brazier_eu }
braze:
  endpoint: http://127.0.0.1:8090/
  api_key: \${KEY}
  workspace: Staging EU
  requests_per_second: \${RPS}
  reserve: 12.5%
  objects_per_request: 50
  request_timeout: 5s
  give_up_after: 1 hour
  max_connections: 12
  max_attempts: 3
  allow_any_host: \${ANY:-false}
defaults: { schedule: daily at 06:00, timezone: Europe/Berlin, jitter: 5m, catch_up: 6 hours }
guards: { max_removes: 500, max_changes: 50 %, min_rows: 0 }
max_duration: 45 min
plans: { expire_after: 90 minutes }
history: { keep: 2 weeks }
refresh: 7 days
service:
  tokens: [{ name: ci, role: operator, sha256: ${'a1'.repeat(32)} }]
`
    const env = { DB_URL: 'postgres://u:p%3Aw@db/shop?x=: y', KEY: 'a#b', RPS: '20' }
    expect(settingsOf(text, { env })).toEqual({
      name: 'my-shop',
      warehouse: { type: 'postgres', url: env.DB_URL, schema: 'analytics', statementTimeout: 600 },
      store: { type: 'warehouse', schema: 'brazier_eu' },
      braze: {
        endpoint: 'http://127.0.0.1:8090',
        apiKey: 'a#b',
        workspace: 'Staging EU',
        requestsPerSecond: 20,
        reserve: 0.125,
        objectsPerRequest: 50,
        requestTimeoutSeconds: 5,
        giveUpAfterSeconds: 3600,
        maxConnections: 12,
      },
      defaults: {
        schedule: { text: 'daily at 06:00', cron: '0 6 * * *', timezone: 'Europe/Berlin' },
        guards: {
          maxRemoves: { unit: 'people', count: 500 },
          maxChanges: { unit: 'share', share: 0.5 },
          minRows: 0,
        },
        refreshDays: 7,
        maxAttempts: 3,
        jitterSeconds: 300,
        catchUpSeconds: 21_600,
      },
      maxDurationSeconds: 2700,
      planExpireHours: 1.5,
      historyDays: 14,
      service: { tokens: [{ name: 'ci', role: 'operator', sha256: 'a1'.repeat(32) }] },
    })
  })

  it('reads BigQuery, with the ledger in a dataset of our own', () => {
    const least = settingsOf(`warehouse: { type: bigquery, project: shop-123 }\n${BRAZE}`)
    expect(least.warehouse).toEqual({
      type: 'bigquery',
      project: 'shop-123',
      location: 'US',
      dataset: 'brazier',
      maxBytesBilled: 1024 ** 4,
      pricePerTib: 6.25,
      timeout: 1800,
      concurrency: 8,
    })
    expect(least.store).toEqual({ type: 'warehouse', schema: 'brazier' })
    const text = `
warehouse:
  type: bigquery
  project: shop-123
  location: europe-west3
  dataset: brazier_eu
  default_dataset: marts
  max_bytes_billed: 25.5 GiB
  price_per_tib: \${PRICE}
  credentials_file: ../keys/k.json
  impersonate: brazier@shop-123.iam.gserviceaccount.com
  api_endpoint: http://127.0.0.1:9050/
  timeout: 10m
  concurrency: 2
`
    const settings = settingsOf(text + BRAZE, { env: { PRICE: '7.5' } })
    expect(settings.warehouse).toEqual({
      type: 'bigquery',
      project: 'shop-123',
      location: 'europe-west3',
      dataset: 'brazier_eu',
      defaultDataset: 'marts',
      maxBytesBilled: 25.5 * 1024 ** 3,
      pricePerTib: 7.5,
      credentialsFile: '/projects/keys/k.json',
      impersonate: 'brazier@shop-123.iam.gserviceaccount.com',
      apiEndpoint: 'http://127.0.0.1:9050',
      timeout: 600,
      concurrency: 2,
    })
    expect(settings.store).toEqual({ type: 'warehouse', schema: 'brazier_eu' })
  })

  it('refuses a variable that would lead BigQuery elsewhere, and a key as text, which it does not repeat', () => {
    const plain = `warehouse: { type: bigquery, project: shop-123 }\n${BRAZE}`
    expect(problemsOf(plain, { env: { BIGQUERY_EMULATOR_HOST: 'localhost:9050' } })).toEqual([
      '1: the variable BIGQUERY_EMULATOR_HOST would send every query elsewhere than this file says',
    ])
    const pasted = `warehouse: { type: bigquery, project: shop-123, credentials_file: '{"private_key":"hunter2"}' }\n${BRAZE}`
    expect(problemsOf(pasted)).toEqual([
      '1: warehouse.credentials_file must be the path of a file, not what is in it',
    ])
  })

  it('resolves paths against the project and reads init as text or list', () => {
    const store =
      'store: { type: duckdb, path: ../led.duckdb, memory_limit: 2GB, threads: 3, ephemeral: true }\n'
    const settings = settingsOf(
      `warehouse: { type: duckdb, path: a/w.duckdb, init: select 1 }\n${store}${BRAZE}`,
    )
    expect(settings.warehouse).toEqual({
      type: 'duckdb',
      path: '/projects/shop/a/w.duckdb',
      init: ['select 1'],
    })
    expect(settings.store).toEqual({
      type: 'duckdb',
      path: '/projects/led.duckdb',
      memoryLimit: '2GB',
      threads: 3,
      ephemeral: true,
    })
    const list = settingsOf(`warehouse: { type: duckdb, path: /abs/w.duckdb, init: [a, b] }\n${BRAZE}`)
    expect(list.warehouse).toEqual({ type: 'duckdb', path: '/abs/w.duckdb', init: ['a', 'b'] })
  })

  it('keeps the ledger of a Postgres warehouse in a schema, or in a file when told so', () => {
    const postgres = 'warehouse: { type: postgres, url: "postgres://u@h/d" }\n'
    expect(settingsOf(postgres + BRAZE).store).toEqual({ type: 'warehouse', schema: 'brazier' })
    expect(settingsOf(`${postgres}store: { type: duckdb }\n${BRAZE}`).store).toMatchObject({
      type: 'duckdb',
      path: '/projects/shop/state/brazier.duckdb',
    })
  })

  it('treats a section of comments only as absent', () => {
    expect(
      settingsOf(`${DUCKDB}${BRAZE}guards:\n  # max_removes: 20%\nstore:\n`).defaults.guards.minRows,
    ).toBe(1)
  })
})

describe('problems of config/brazier.yaml', () => {
  it('come all at once, each with its line', () => {
    const text = `nam: shop
warehouse:
  type: postgres
  url: mysql://u@h/d
  shema: x
store: { path: x.duckdb }
braze:
  endpoint: https://dashboard-01.braze.com
  api_key: "'quoted'"
  requests_per_second: 500000
  reserve: 0.2
  retries: 3
defaults:
  schedule: every 7 minutes
  timezone: Europe/Berln
guards:
  max_removes: 120%
  min_rows: -1
max_duration: 10
`
    expect(problemsOf(text)).toEqual([
      '1: unknown key nam',
      '5: unknown key shema in warehouse',
      '10: braze.requests_per_second must be a whole number from 1 to 100000',
      '11: braze.reserve must be a share such as 20%',
      '12: unknown key retries in braze',
      '17: guards.max_removes must be 100% at most',
      '18: guards.min_rows must be a whole number of at least 0',
      '19: max_duration must be a duration such as 30s, 10m, 24 hours or 30 days',
      '4: warehouse.url must be like postgres://user:password@host:5432/database',
      '9: braze.api_key holds a blank, a quotation mark or a sign that no key has',
      '8: braze.endpoint is not the REST endpoint of its cluster',
      '15: defaults.timezone must be the name of a time zone, such as UTC or Europe/Berlin',
      '14: defaults.schedule cannot come every 7 minutes',
    ])
    const hints = read(text).problems.map((problem) => problem.hint)
    expect(hints.slice(0, 2)).toEqual(['Did you mean name?', 'Did you mean schema?'])
  })

  it('shows what a missing section may look like', () => {
    const hints = read('name: shop\n').problems.map(({ hint = '' }) => hint)
    expect(hints).toHaveLength(2)
    const lines = hints.map((hint) => hint.replace('For example: ', '')).join('\n')
    expect(problemsOf(lines, { env: { WAREHOUSE_URL: 'postgres://h/d', BRAZE_API_KEY: 'k' } })).toEqual([])
  })

  it.each([
    ['', ['warehouse is missing', 'braze is missing']],
    ['- a\n- b\n', ['1: the YAML must hold keys such as warehouse and braze']],
    [`warehouse: { type: mysql }\n${BRAZE}`, ['1: warehouse.type must be one of duckdb, postgres, bigquery']],
    [`warehouse: {}\n${BRAZE}`, ['1: warehouse.type is missing']],
    [`warehouse: duckdb\n${BRAZE}`, ['1: warehouse must hold keys of its own']],
    [`warehouse: { type: postgres }\n${BRAZE}`, ['1: warehouse.url is missing']],
    [`warehouse: { type: bigquery }\n${BRAZE}`, ['1: warehouse.project is missing']],
    [
      `warehouse: { type: bigquery, project: My Shop }\n${BRAZE}`,
      ['1: warehouse.project must be the id of a Google Cloud project, such as my-shop-123'],
    ],
    [
      `warehouse: { type: bigquery, project: shop-123, max_bytes_billed: 1MB, impersonate: me }\n${BRAZE}`,
      [
        '1: warehouse.max_bytes_billed must be at least 10 MiB',
        '1: warehouse.impersonate must be the e-mail address of a service account',
      ],
    ],
    [
      `warehouse: { type: bigquery, project: shop-123, api_endpoint: "http://10.0.0.1:9050" }\n${BRAZE}`,
      ['1: warehouse.api_endpoint must be https: only an emulator on this machine is spoken to in clear'],
    ],
    [
      `warehouse: { type: bigquery, project: shop-123 }\n${BRAZE}store: { schema: x }\n`,
      ['3: store.schema is for Postgres'],
    ],
    [
      `${DUCKDB}${BRAZE}store: { schema: x }\n`,
      ['3: store.type must be duckdb, since a DuckDB warehouse is only read'],
    ],
    [
      `${DUCKDB}${BRAZE}store: { path: ":memory:" }\n`,
      ['3: store.path must be a file: a ledger in memory is lost after every run'],
    ],
    [
      `${DUCKDB}${BRAZE}store: { type: duckdb, schema: x }\n`,
      ['3: store.schema is for a store in the warehouse'],
    ],
    [
      `warehouse: { type: duckdb, path: a.db }\n${BRAZE}store: { path: ./a.db }\n`,
      ['3: store.path must not be the file of the warehouse, which is only read'],
    ],
    [
      `warehouse: { type: postgres, url: "postgres://h/d" }\n${BRAZE}store: { path: a.db }\n`,
      ['3: store.path is for a store of type duckdb'],
    ],
    [
      `${DUCKDB}${BRAZE}name: My Shop\n`,
      ['3: name must start with a small letter and hold small letters, digits, _ and -, 40 at most'],
    ],
    [`${DUCKDB}${BRAZE}history: { keep: 1 hour }\n`, ['3: history.keep must be at least 1 day']],
    [
      `${DUCKDB}${BRAZE}store: { memory_limit: 512 }\n`,
      ['3: store.memory_limit must be an amount of memory such as 512MB or 2GB'],
    ],
    [`${DUCKDB}${BRAZE.replace('k-1', '<your key>')}`, ['2: braze.api_key still holds a placeholder']],
    [
      `warehouse: { type: postgres, url: "postgres://<user>:<password>@host/db" }\n${BRAZE}`,
      ['1: warehouse.url still holds a placeholder'],
    ],
    [
      `${DUCKDB}${BRAZE}name: shop\nname: shop2\n`,
      ['4: not readable as YAML: this key stands here a second time'],
    ],
    [`${DUCKDB}braze: { endpoint: [\n`, [expect.stringMatching(/^\d: not readable as YAML: /)]],
    [
      `${DUCKDB}braze: { api_key: *hidden }\n`,
      ['2: not readable as YAML: a value that starts with * or & needs quotes'],
    ],
    [
      `${DUCKDB}braze: { api_key: !hidden x }\n`,
      ['2: not readable as YAML: a value that starts with ! needs quotes'],
    ],
    [
      `warehouse: { type: postgres, url: \${DB} }\n${BRAZE}`,
      [expect.stringMatching(/^1: not readable as YAML: .* such as "\$\{NAME\}"$/)],
    ],
    [`${DUCKDB}\tbraze: 1\n`, [expect.stringMatching(/^2: not readable as YAML: /)]],
  ])('%j', (text, expected) => {
    expect(problemsOf(text)).toEqual(expected)
  })

  it('never quotes broken text, which may be a secret', () => {
    for (const value of [
      '*hunter2',
      '!hunter2 x',
      '"hunter2\\q"',
      '@hunter2',
      'a: hunter2: b',
      '[hunter2',
      '"hunter2',
      '%hunter2',
    ]) {
      const { problems } = read(`${DUCKDB}braze:\n  api_key: ${value}\n`)
      expect(problems.length).toBeGreaterThan(0)
      expect(JSON.stringify(problems)).not.toContain('hunter2')
    }
  })

  it('reads a cron expression without quotes', () => {
    const { defaults } = settingsOf(`${DUCKDB}${BRAZE}defaults:\n  schedule: */15 * * * *  # often\n`)
    expect(defaults.schedule).toEqual({ text: '*/15 * * * *', cron: '*/15 * * * *', timezone: 'UTC' })
  })
})
