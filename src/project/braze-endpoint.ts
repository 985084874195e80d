// Decides which addresses may receive the Braze API key: Braze's own REST hosts over https, and this machine (for the
// sandbox). A key sent to a wrong cluster only looks like a wrong key, and one sent elsewhere is lost.

import { isLoopback } from '../model/loopback.ts'
import { flaw, type Verdict } from './flaw.ts'

/** Cluster to REST host (Braze docs, "API basics", list of instances). */
const REST_HOSTS: Readonly<Record<string, string>> = {
  'US-01': 'rest.iad-01.braze.com',
  'US-02': 'rest.iad-02.braze.com',
  'US-03': 'rest.iad-03.braze.com',
  'US-04': 'rest.iad-04.braze.com',
  'US-05': 'rest.iad-05.braze.com',
  'US-06': 'rest.iad-06.braze.com',
  'US-07': 'rest.iad-07.braze.com',
  'US-08': 'rest.iad-08.braze.com',
  'US-10': 'rest.us-10.braze.com',
  'EU-01': 'rest.fra-01.braze.eu',
  'EU-02': 'rest.fra-02.braze.eu',
  'AU-01': 'rest.au-01.braze.com',
  'ID-01': 'rest.id-01.braze.com',
  'JP-01': 'rest.jp-01.braze.com',
  'KR-01': 'rest.kr-01.braze.com',
}
const KNOWN_HOSTS = new Set(Object.values(REST_HOSTS))
const WHERE = 'Braze shows it under Settings > APIs and Identifiers, such as https://rest.fra-01.braze.eu.'

/** The REST host of the cluster whose dashboard or SDK host this is. */
function restHostFor(host: string): string | undefined {
  const sdk = /^sdk\.(.+)$/.exec(host)
  if (sdk !== null) return [...KNOWN_HOSTS].find((known) => known === `rest.${sdk[1]}`)
  const old = /^(?:dashboard-|rest\.iad-)(\d\d)\.braze\.(com|eu)$/.exec(host)
  if (old !== null) return REST_HOSTS[`${old[2] === 'eu' ? 'EU' : 'US'}-${old[1]}`]
  const dashboard = /^dashboard\.([a-z]{2}-\d\d)\.braze\.(?:com|eu)$/.exec(host)
  return dashboard?.[1] === undefined ? undefined : REST_HOSTS[dashboard[1].toUpperCase()]
}

const withoutTld = (host: string) => host.replace(/\.[a-z]+$/, '')

function wrongHost(host: string): Verdict<string> {
  const rest = restHostFor(host)
  if (rest !== undefined)
    return flaw('is not the REST endpoint of its cluster', `Write https://${rest} instead.`)
  // No guess by spelling: one letter more or less is another cluster.
  const twin = [...KNOWN_HOSTS].find((known) => withoutTld(known) === withoutTld(host))
  const meant = twin === undefined ? WHERE : `Did you mean https://${twin}?`
  return flaw(
    'is not a REST endpoint of Braze',
    `${meant} To send the key to another host on purpose, set braze.allow_any_host: true.`,
  )
}

/** The origin to send to. The flaw's message completes the sentence "braze.endpoint …" and never repeats the value. */
export function checkEndpoint(text: string, allowAnyHost: boolean): Verdict<string> {
  const url = URL.parse(text.trim())
  if (url === null || !/^https?:$/.test(url.protocol))
    return flaw('must be an address that starts with https://', WHERE)
  if (url.username !== '' || url.password !== '') {
    return flaw('must not hold a user or a password', 'The key goes into braze.api_key.')
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return flaw('must end after the host', 'Remove the path: Brazier adds it.')
  }
  if (isLoopback(url.hostname) || allowAnyHost) return { value: url.origin }
  if (!KNOWN_HOSTS.has(url.hostname)) return wrongHost(url.hostname)
  if (url.protocol !== 'https:' || url.port !== '') {
    return flaw('must use https and its usual port', `Write https://${url.hostname} instead.`)
  }
  return { value: url.origin }
}
