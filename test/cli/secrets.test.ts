import { describe, expect, it } from 'vitest'
import { openHider, secretsOf } from '../../src/cli/secrets.ts'
import type { BrazeSettings } from '../../src/model/definition.ts'

const braze = { apiKey: '0123-abcd' } as BrazeSettings

describe('what is covered', () => {
  it('the key of Braze', () => {
    expect(secretsOf({ braze, warehouse: { type: 'duckdb', init: [] } })).toEqual(['0123-abcd'])
  })

  it('the URL of the warehouse, its password as written and as meant', () => {
    const url = 'postgres://ana:p%40ssw0rd!@db:5432/shop'
    const warehouse = { type: 'postgres', url, statementTimeout: 1 } as const
    const hider = openHider()
    for (const secret of secretsOf({ braze, warehouse })) hider.add(secret)
    expect(hider.hide(`${url} or p@ssw0rd! or p%40ssw0rd! for ana with 0123-abcd`)).toBe(
      '*** or *** or *** for ana with ***',
    )
  })

  it('where alerts go, what signs them, and the password of the mail', () => {
    const slack = 'https://hooks.slack.com/services/T0/B0/x9'
    const alerts = {
      slack,
      webhook: { url: 'https://alerts.example/in', secret: 'signing-secret' },
      email: { smtp: 'smtps://ana:m%40il-pass@mail:465', from: 'a@b.example', to: ['c@d.example'] },
      rejectedAbove: { unit: 'people', count: 0 },
      lateAfter: 3,
      sizeDeviation: 6,
      digestSeconds: 86_400,
    } as const
    const hider = openHider()
    for (const secret of secretsOf({ braze, warehouse: { type: 'duckdb', init: [] }, alerts }))
      hider.add(secret)
    expect(hider.hide(`${slack} signing-secret m@il-pass m%40il-pass a@b.example`)).toBe(
      '*** *** *** *** a@b.example',
    )
  })

  it('no common word: a password that is the user, or too short to tell', () => {
    const hider = openHider()
    const warehouse = (url: string) => ({ type: 'postgres', url, statementTimeout: 1 }) as const
    for (const url of ['postgres://postgres:postgres@db/shop', 'postgres://ana:shop@db/shop'])
      for (const secret of secretsOf({ braze, warehouse: warehouse(url) })) hider.add(secret)
    expect(hider.hide('postgres schema shop')).toBe('postgres schema shop')
    expect(hider.hide('as postgres:postgres')).toBe('as ***')
  })
})
