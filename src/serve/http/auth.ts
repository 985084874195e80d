// Decides who somebody is and what they may do: a bearer token, known by its digest alone, compared in constant time with
// every one that is configured. Without tokens the service is open, on this machine only.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { TokenSettings } from '../../model/definition.ts'
import { ROLES, type Role } from '../../model/words.ts'

export interface Person {
  readonly name: string
  readonly role: Role
}

/** Whoever sits at this machine, when no token is configured. */
export const ANYBODY: Person = { name: 'anybody', role: 'admin' }

/** The token of an `Authorization` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1]
}

export function personOf(token: string, tokens: readonly TokenSettings[]): Person | undefined {
  const digest = createHash('sha256').update(token).digest()
  let found: Person | undefined
  // All of them, so that the time tells nothing of which one came near.
  for (const { name, role, sha256 } of tokens)
    if (timingSafeEqual(digest, Buffer.from(sha256, 'hex'))) found = { name, role }
  return found
}

export const mayDo = (person: Person, role: Role): boolean =>
  ROLES.indexOf(person.role) >= ROLES.indexOf(role)

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i

export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** A page elsewhere can have its own name lead to this machine: then the browser sends that name. */
export function isLoopbackHost(header: string | undefined): boolean {
  return header !== undefined && isLoopback(header.replace(/:\d+$/, ''))
}
