// Decides which texts must never be shown, whatever produced them: a second net, under the rule that no message holds one.

import type { Project } from '../model/definition.ts'

export interface Hider {
  add(secret: string): void
  hide(text: string): string
}

const COVER = '***'
/** Shorter ones are common words, and covering them would make a text unreadable. */
const SHORTEST = 8

export function openHider(): Hider {
  const secrets = new Set<string>()
  return {
    add: (secret) => {
      if (secret.length >= SHORTEST) secrets.add(secret)
    },
    hide: (text) => [...secrets].reduce((covered, secret) => covered.replaceAll(secret, COVER), text),
  }
}

/** Longest first, so that a part never leaves the rest of a whole standing. */
export function secretsOf(project: Pick<Project, 'braze' | 'warehouse' | 'alerts'>): string[] {
  const { braze, warehouse, alerts } = project
  const key = [...(braze.apiKey === undefined ? [] : [braze.apiKey]), ...secretsOfAlerts(alerts)]
  if (warehouse.type !== 'postgres' || !URL.canParse(warehouse.url)) return key
  const { username, password } = new URL(warehouse.url)
  if (password === '') return [warehouse.url, ...key]
  const alone = password === username ? [] : [password, decoded(password)]
  return [warehouse.url, `${username}:${password}`, ...alone, ...key]
}

function secretsOfAlerts(alerts: Project['alerts']): string[] {
  const { slack, webhook, email } = alerts ?? {}
  const password = email === undefined ? '' : (URL.parse(email.smtp)?.password ?? '')
  const found = [slack, webhook?.url, webhook?.secret, email?.smtp, password, decoded(password)]
  return found.flatMap((text) => (text === undefined || text === '' ? [] : [text]))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
