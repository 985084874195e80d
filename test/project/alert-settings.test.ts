import { describe, expect, it } from 'vitest'
import { BRAZE, DUCKDB, problemsOf, settingsOf } from './read-config.ts'

describe('alerts', () => {
  const alerts = (text: string) => `${DUCKDB}${BRAZE}alerts: ${text}\n`

  it('reads every key', () => {
    const text = alerts(`
  slack: \${SLACK}
  webhook: { url: https://alerts.example/in, secret: "\${SECRET}" }
  email: { smtp: "smtps://ana:p%40ss@mail.example:465", from: a@shop.example, to: b@shop.example }
  rejected_above: 100
  late_after: 5
  size_deviation: 0
  digest: 12 hours
  link: https://brazier.example/
`)
    const env = { SLACK: 'https://hooks.slack.com/services/x', SECRET: 's3cret' }
    expect(settingsOf(text, { env }).alerts).toEqual({
      slack: 'https://hooks.slack.com/services/x',
      webhook: { url: 'https://alerts.example/in', secret: 's3cret' },
      email: {
        smtp: 'smtps://ana:p%40ss@mail.example:465',
        from: 'a@shop.example',
        to: ['b@shop.example'],
      },
      rejectedAbove: { unit: 'people', count: 100 },
      lateAfter: 5,
      sizeDeviation: 0,
      digestSeconds: 43_200,
      link: 'https://brazier.example',
    })
  })

  it('fills the defaults; without the section nobody is told', () => {
    expect(settingsOf(DUCKDB + BRAZE).alerts).toBeUndefined()
    expect(settingsOf(alerts('{ slack: "https://hooks.slack.com/x" }')).alerts).toEqual({
      slack: 'https://hooks.slack.com/x',
      rejectedAbove: { unit: 'share', share: 0.01 },
      lateAfter: 3,
      sizeDeviation: 6,
      digestSeconds: 86_400,
    })
  })

  it('refuses what is no address, and repeats none', () => {
    const text = alerts(
      '{ slack: hooks, webhook: { url: "ftp://x", secret: y }, email: { smtp: mail, from: a, to: b } }',
    )
    expect(problemsOf(text)).toEqual([
      '3: alerts.slack must be like https://…',
      '3: alerts.webhook.url must be like https://…',
      '3: alerts.email.smtp must be like smtps://user:password@host:465',
    ])
  })

  it('needs its variables only where something is sent', () => {
    const text = alerts(`{ slack: "\${SLACK}" }`)
    expect(problemsOf(text)).toEqual([
      '3: alerts.slack needs the environment variable SLACK, which is not set',
    ])
    expect(problemsOf(text, { requireApiKey: false })).toEqual([])
  })
})
