import { describe, expect, it } from 'vitest'
import { checkEndpoint } from '../../src/project/braze-endpoint.ts'

const CLUSTERS = [
  ...['01', '02', '03', '04', '05', '06', '07', '08'].map((number) => `rest.iad-${number}.braze.com`),
  'rest.us-10.braze.com',
  'rest.fra-01.braze.eu',
  'rest.fra-02.braze.eu',
  ...['au', 'id', 'jp', 'kr'].map((country) => `rest.${country}-01.braze.com`),
]

describe('checkEndpoint', () => {
  it.each(CLUSTERS)('takes %s', (host) => {
    expect(checkEndpoint(`https://${host}`, false)).toEqual({ value: `https://${host}` })
    expect(checkEndpoint(`https://${host}/`, false)).toEqual({ value: `https://${host}` })
  })

  it.each([
    ['http://localhost:8090/', 'http://localhost:8090'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['http://127.8.9.1:80', 'http://127.8.9.1'],
    ['https://[::1]:8443', 'https://[::1]:8443'],
    [' https://REST.FRA-01.braze.eu ', 'https://rest.fra-01.braze.eu'],
  ])('takes %s', (text, origin) => {
    expect(checkEndpoint(text, false)).toEqual({ value: origin })
  })

  it.each([
    ['https://dashboard-01.braze.com', 'https://rest.iad-01.braze.com'],
    ['https://dashboard-02.braze.eu', 'https://rest.fra-02.braze.eu'],
    ['https://dashboard.us-10.braze.com', 'https://rest.us-10.braze.com'],
    ['https://dashboard-10.braze.com', 'https://rest.us-10.braze.com'],
    ['https://rest.iad-10.braze.com', 'https://rest.us-10.braze.com'],
    ['https://dashboard.jp-01.braze.com', 'https://rest.jp-01.braze.com'],
    ['https://sdk.iad-03.braze.com', 'https://rest.iad-03.braze.com'],
    ['https://sdk.fra-01.braze.eu', 'https://rest.fra-01.braze.eu'],
  ])('points from %s to %s', (text, rest) => {
    expect(checkEndpoint(text, false)).toEqual({
      flaw: { message: 'is not the REST endpoint of its cluster', hint: `Write ${rest} instead.` },
    })
  })

  it.each([
    ['https://rest.fra-01.braze.com', 'Did you mean https://rest.fra-01.braze.eu?'],
    ['https://rest.iad-09.braze.com', 'Braze shows it under Settings > APIs and Identifiers'],
    ['https://rest.au-01.braze.eu', 'Did you mean https://rest.au-01.braze.com?'],
  ])('says where the right one is for %s', (text, hint) => {
    const verdict = checkEndpoint(text, false)
    expect(verdict).toMatchObject({ flaw: { message: 'is not a REST endpoint of Braze' } })
    expect('flaw' in verdict && verdict.flaw.hint).toContain(hint)
  })

  it.each([
    ['rest.fra-01.braze.eu', 'must be an address that starts with https://'],
    ['ftp://rest.fra-01.braze.eu', 'must be an address that starts with https://'],
    ['', 'must be an address that starts with https://'],
    ['http://rest.fra-01.braze.eu', 'must use https and its usual port'],
    ['https://rest.fra-01.braze.eu:8443', 'must use https and its usual port'],
    ['https://key@rest.fra-01.braze.eu', 'must not hold a user or a password'],
    ['https://rest.fra-01.braze.eu/users/track', 'must end after the host'],
    ['https://rest.fra-01.braze.eu?x=1', 'must end after the host'],
    ['https://rest.fra-01.braze.eu.evil.com', 'is not a REST endpoint of Braze'],
    ['http://127.0.0.1.evil.com', 'is not a REST endpoint of Braze'],
    ['http://localhost.evil.com', 'is not a REST endpoint of Braze'],
    ['http://10.0.0.1', 'is not a REST endpoint of Braze'],
  ])('refuses %j: %s', (text, message) => {
    expect(checkEndpoint(text, false)).toMatchObject({ flaw: { message } })
  })

  it('takes any host on purpose, but no path', () => {
    expect(checkEndpoint('http://sandbox:8090', true)).toEqual({ value: 'http://sandbox:8090' })
    expect(checkEndpoint('http://sandbox:8090/x', true)).toMatchObject({
      flaw: { message: 'must end after the host' },
    })
  })
})
