// Decides how a connection URL is read: what may be told of it, and what its sslmode means. Pure.

/** What may appear in messages: never the password. */
export interface Address {
  readonly place: string
  readonly user: string
  readonly database: string
}

const UNKNOWN: Address = { place: 'the address in warehouse.url', user: '', database: '' }

export function addressOf(url: string): Address {
  try {
    const { protocol, hostname, port, pathname, username, searchParams } = new URL(url)
    // What else looks like an address may have the password in any part.
    if (!/^postgres(?:ql)?:$/.test(protocol)) return UNKNOWN
    const host = searchParams.get('host') ?? decodeURIComponent(hostname)
    return {
      place: host.startsWith('/') || host === '' ? host || 'the local socket' : `${host}:${port || '5432'}`,
      user: decodeURIComponent(username),
      database: decodeURIComponent(pathname.slice(1)),
    }
  } catch {
    return UNKNOWN
  }
}

/**
 * The driver verifies the server's certificate for `require` too, which is safe, but it prints a warning that another
 * version will not. So the mode is named for what it is. `no-verify`, `disable` and libpq's own meaning stay as they are.
 */
export function withExplicitTls(url: string): string {
  if (/[?&]uselibpqcompat=true\b/.test(url)) return url
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
}
