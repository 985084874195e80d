// Decides what the service section of config/brazier.yaml means once its form is checked: who may use the API.

import type { Config } from '../model/config-schema.ts'
import type { ServiceSettings } from '../model/definition.ts'
import type { ProblemReport } from './problem-report.ts'

export function resolveService(config: Config['service'], report: ProblemReport): ServiceSettings {
  const tokens = config?.tokens ?? []
  for (const [position, token] of tokens.entries()) {
    // Who did what is on record under the name; and of two equal digests one would never be asked.
    const before = tokens.slice(0, position)
    const path = ['service', 'tokens', position]
    if (before.some(({ name }) => name === token.name))
      report.add([...path, 'name'], { message: 'is the name of another token' })
    if (before.some(({ sha256 }) => sha256 === token.sha256))
      report.add([...path, 'sha256'], { message: 'is the digest of another token' })
  }
  return { tokens }
}
