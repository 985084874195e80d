// Decides how a webhook is signed, so that who receives it knows that it comes from us, now, and unchanged. Pure. The form is
// that of Standard Webhooks (standardwebhooks.com), for which there are libraries in most languages.

import { createHmac } from 'node:crypto'

export interface Signed {
  readonly id: string
  /** Seconds since 1970; the receiver refuses what is old. */
  readonly timestamp: number
  readonly body: string
}

const ENCODED_SECRET = 'whsec_'

/** A secret that starts with `whsec_` is base64, any other one is taken as it stands. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(ENCODED_SECRET)
    ? Buffer.from(secret.slice(ENCODED_SECRET.length), 'base64')
    : Buffer.from(secret)
}

export function signatureHeaders(signed: Signed, secret: string): Record<string, string> {
  const { id, timestamp, body } = signed
  const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${digest}`,
  }
}
