import { describe, expect, it } from 'vitest'
import { BRAZE, DUCKDB, problemsOf, read, settingsOf } from './read-config.ts'

describe('the environment', () => {
  const text = `warehouse: { type: postgres, url: "\${DB}" }
braze:
  endpoint: \${ENDPOINT:-https://rest.fra-01.braze.eu}
  api_key: \${KEY}
`

  it('names every missing variable with its line, once', () => {
    expect(problemsOf(text)).toEqual([
      '1: warehouse.url needs the environment variable DB, which is not set',
      '4: braze.api_key needs the environment variable KEY, which is not set',
    ])
    expect(problemsOf(text, { env: { DB: '', KEY: 'k' } })).toEqual([
      '1: warehouse.url needs the environment variable DB, which is empty',
    ])
  })

  it('holds no variable that nobody set, whatever its name', () => {
    expect(problemsOf(`warehouse: { type: postgres, url: "\${constructor}" }\n`).slice(0, 1)).toEqual([
      '1: warehouse.url needs the environment variable constructor, which is not set',
    ])
  })

  it('does without the key where none is required', () => {
    const settings = settingsOf(text, { env: { DB: 'postgres://h/d' }, requireApiKey: false })
    expect(settings.braze).toMatchObject({ endpoint: 'https://rest.fra-01.braze.eu' })
    expect(settings.braze).not.toHaveProperty('apiKey')
  })

  it('wants a key where one is required', () => {
    const withoutKey = `${DUCKDB}braze:\n  endpoint: https://rest.fra-01.braze.eu\n`
    expect(problemsOf(withoutKey)).toEqual(['2: braze.api_key is missing'])
    expect(problemsOf(withoutKey, { requireApiKey: false })).toEqual([])
  })

  it('reads that form only', () => {
    expect(settingsOf(`${DUCKDB}${BRAZE.replace('k-1', '$KEY')}`).braze?.apiKey).toBe('$KEY')
    expect(problemsOf(`${DUCKDB}${BRAZE.replace('k-1', `\${my-key}`)}`)).toEqual([
      `2: braze.api_key holds \${ that names no variable`,
    ])
  })

  it('never repeats a value', () => {
    const secret = 'hunter2: {#"secret'
    const env = { S: secret }
    const spoiled = `name: \${S}
warehouse: { type: postgres, url: "\${S}", statement_timeout: "\${S}" }
store: { schema: "\${S}", memory_limit: "\${S}", type: "\${S}" }
braze: { endpoint: "\${S}", api_key: "\${S}", reserve: "\${S}", requests_per_second: "\${S}", allow_any_host: "\${S}" }
defaults: { timezone: "\${S}", schedule: "\${S}" }
guards: { max_removes: "\${S}" }
`
    const { problems } = read(spoiled, { env })
    expect(problems.length).toBeGreaterThanOrEqual(13)
    expect(JSON.stringify(problems)).not.toContain('hunter2')
    const cron = read(`${DUCKDB}${BRAZE}defaults: { schedule: "\${S}" }`, { env: { S: 'hunter2 * * * *' } })
    expect(cron.problems).toHaveLength(1)
    expect(JSON.stringify(cron.problems)).not.toMatch(/hunter2/i)
  })
})
