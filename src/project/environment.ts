// Decides how `${NAME}` and `${NAME:-default}` in a value are filled from the environment. Done after YAML is parsed,
// so that whatever a secret holds, it stays one value.

import type { Path } from './yaml-source.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A place in a value that could not be filled. */
export interface Gap {
  readonly path: Path
  readonly message: string
  readonly hint: string
}

const REFERENCE = /\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g

interface Filling {
  readonly environment: Environment
  readonly gaps: Gap[]
}

/** Undefined when a part of the text could not be filled: half a value is worse than none. */
function fillText(text: string, path: Path, { environment, gaps }: Filling): string | undefined {
  const gapsBefore = gaps.length
  const filled = text.replace(REFERENCE, (_whole, name: string | undefined, fallback: string | undefined) => {
    if (name === undefined) {
      gaps.push({
        path,
        message: `holds \${ that names no variable`,
        hint: `Write \${NAME}, or \${NAME:-default}.`,
      })
      return ''
    }
    // Not what every object has: `constructor` is no variable.
    const given = Object.hasOwn(environment, name) ? environment[name] : undefined
    // An empty variable is what a deployment leaves behind that forgot to set it.
    const value = given || fallback
    if (value === undefined) {
      const state = given === undefined ? 'not set' : 'empty'
      gaps.push({
        path,
        message: `needs the environment variable ${name}, which is ${state}`,
        hint: `Set ${name}.`,
      })
    }
    return value ?? ''
  })
  return gaps.length === gapsBefore ? filled : undefined
}

function fill(value: unknown, path: Path, filling: Filling): unknown {
  if (typeof value === 'string') return fillText(value, path, filling)
  if (Array.isArray(value)) return value.map((item, index) => fill(item, [...path, index], filling))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, fill(inner, [...path, key], filling)]),
  )
}

/** The value with every reference filled, and the places where that was not possible. */
export function fillFromEnvironment(
  value: unknown,
  environment: Environment,
): { value: unknown; gaps: Gap[] } {
  const gaps: Gap[] = []
  return { value: fill(value, [], { environment, gaps }), gaps }
}
