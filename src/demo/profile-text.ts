// Decides how one person's Braze profile looks beside what it was before. Pure.

import { indented } from '../cli/format.ts'
import type { Paint } from '../cli/paint.ts'
import { table } from '../cli/table.ts'
import type { SandboxProfile } from '../sandbox/profile.ts'

/** Fields and attributes by name. */
export type Held = Readonly<Record<string, unknown>>

export const heldBy = (profile: SandboxProfile | undefined): Held => ({
  ...profile?.fields,
  ...profile?.attributes,
})

export function profileText(before: Held, after: Held, paint: Paint): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const rows = names.map((name) => {
    const [was, is] = [shown(before[name]), shown(after[name])]
    return was === is ? ['', name, was, is] : [paint.warn('~'), paint.strong(name), was, paint.warn(is)]
  })
  const heads = ['', 'field or attribute', 'before', 'after']
  return indented(
    table(
      heads.map((head) => ({ head })),
      rows,
      paint,
    ),
  )
}

const shown = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))
