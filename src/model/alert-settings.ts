// Decides what alerts can be asked for: which keys the section has, and what they become once they are checked.

import { z } from 'zod'
import type { Limit } from './definition.ts'
import { duration, limit, someText, textList, wholeNumber } from './field-schema.ts'

const HOUR = 3600

export const alertsSchema = z.strictObject({
  slack: someText().describe(`An incoming webhook of Slack. It is a secret: \${SLACK_WEBHOOK}.`).optional(),
  webhook: z
    .strictObject({
      url: someText().describe('Where a JSON object is posted to.'),
      secret: someText().describe(`Signs it (HMAC-SHA256): \${ALERT_SECRET}.`),
    })
    .optional(),
  email: z
    .strictObject({
      smtp: someText().describe(`smtps://user:password@host:465, or smtp:// with STARTTLS: \${SMTP_URL}.`),
      from: someText(),
      to: textList().describe('One address, or a list.'),
    })
    .optional(),
  rejected_above: limit()
    .describe('Tells of more rejected people than this in one run, default 1%.')
    .optional(),
  late_after: wholeNumber(2, 1000)
    .describe('Tells of a sync without a success for so many of its slots in a row, default 3.')
    .optional(),
  size_deviation: wholeNumber(0, 1000)
    .describe('Tells of a result so many usual deviations from the usual size, default 6; 0: never.')
    .optional(),
  digest: duration(HOUR, '1h').describe('Reminds of what lasts, default 24 hours.').optional(),
  link: someText().describe('Address of the dashboard, for the messages.').optional(),
})

export interface AlertSettings {
  /** A secret: whoever knows it can write to the channel. */
  readonly slack?: string
  readonly webhook?: { readonly url: string; readonly secret: string }
  readonly email?: EmailSettings
  readonly rejectedAbove: Limit
  readonly lateAfter: number
  readonly sizeDeviation: number
  readonly digestSeconds: number
  readonly link?: string
}

export interface EmailSettings {
  readonly smtp: string
  readonly from: string
  readonly to: readonly string[]
}
