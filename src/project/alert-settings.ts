// Decides what the alerts section of config/brazier.yaml means once its form is checked: where alerts go, and its defaults.
// Addresses hold secrets, so no message repeats one.

import type { AlertSettings } from '../model/alert-settings.ts'
import type { Config } from '../model/config-schema.ts'
import { present } from './present.ts'
import type { ProblemReport } from './problem-report.ts'

const DAY = 86_400

type AlertsConfig = NonNullable<Config['alerts']>

const WEB = { protocols: ['https:', 'http:'], example: 'https://…' }
const MAIL = { protocols: ['smtps:', 'smtp:'], example: 'smtps://user:password@host:465' }

/** Undefined when nobody is to be told. */
export function resolveAlerts(
  config: AlertsConfig | undefined,
  report: ProblemReport,
): AlertSettings | undefined {
  if (config === undefined) return undefined
  const { slack, webhook, email, link } = config
  const addresses = [
    { at: ['slack'], text: slack, form: WEB },
    { at: ['webhook', 'url'], text: webhook?.url, form: WEB },
    { at: ['email', 'smtp'], text: email?.smtp, form: MAIL },
    { at: ['link'], text: link, form: WEB },
  ]
  for (const { at, text, form } of addresses) {
    if (text === undefined || isAddress(text, form.protocols)) continue
    const hint = 'Signs such as @ : / # % in a password are written as %40 %3A %2F %23 %25.'
    report.add(['alerts', ...at], {
      message: `must be like ${form.example}`,
      ...(form === MAIL ? { hint } : {}),
    })
  }
  return {
    ...present('slack', slack),
    ...present('webhook', webhook),
    ...present('email', email),
    ...present('link', link?.replace(/\/+$/, '')),
    rejectedAbove: config.rejected_above ?? { unit: 'share', share: 0.01 },
    lateAfter: config.late_after ?? 3,
    sizeDeviation: config.size_deviation ?? 6,
    digestSeconds: config.digest ?? DAY,
  }
}

function isAddress(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text)
  return url !== null && protocols.includes(url.protocol) && url.hostname !== ''
}
