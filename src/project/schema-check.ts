// Decides how a schema's verdict on a value reads as problems: which key, on which line, what it must be. Values are
// never repeated.

import { z } from 'zod'
import { didYouMean } from '../model/nearest.ts'
import type { ProblemReport } from './problem-report.ts'
import type { Path } from './yaml-source.ts'

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'must be text; put quotes round it',
  number: 'must be a number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must hold keys of its own',
  record: 'must hold keys of its own',
}

type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

function sentence(issue: RawIssue): string {
  if (issue.code === 'invalid_type') return TYPE_WORDS[issue.expected] ?? 'has the wrong form'
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_union' && Array.isArray(issue.options)) {
    return `must be one of ${issue.options.map(String).join(', ')}`
  }
  return 'has the wrong form'
}

function childOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([name]) => name === String(key))?.[1]
}

/** The object schema that a schema stands for, given the value (which picks the branch of a union). */
function objectSchema(schema: unknown, value: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema
  if (schema instanceof z.ZodOptional) return objectSchema(schema.unwrap(), value)
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return undefined
  const branches = schema.options.map((option) => objectSchema(option, value))
  return branches.find((branch) => branch?.shape.type?.safeParse(childOf(value, 'type')).success)
}

function knownKeys(schema: z.ZodType, value: unknown, path: Path): string[] {
  let here = objectSchema(schema, value)
  let inner = value
  for (const key of path) {
    inner = childOf(inner, key)
    here = objectSchema(here?.shape[String(key)], inner)
  }
  return Object.keys(here?.shape ?? {})
}

/** The value without what is at `path`. */
function without(value: unknown, path: Path): unknown {
  const [key, ...rest] = path
  if (key === undefined || typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return value.filter((_item, index) => index !== Number(key))
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    name === String(key) ? without(inner, rest) : inner,
  ])
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined))
}

/** Where the issue's value stands: the unknown keys, or the value itself. */
function refusedPaths(issue: z.core.$ZodIssue): Path[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
}

function reportIssue(
  issue: z.core.$ZodIssue,
  { schema, value, at }: Checked<z.ZodType>,
  report: ProblemReport,
): void {
  const path = [...at, ...issue.path]
  if (issue.code !== 'unrecognized_keys') {
    const isMissing = issue.path.reduce<unknown>(childOf, value) === undefined
    report.add(path, { message: isMissing ? 'is missing' : issue.message })
    return
  }
  const known = knownKeys(schema, value, issue.path)
  for (const key of issue.keys) reportUnknownKey([...path, key], known, report)
}

export function reportUnknownKey(path: Path, known: readonly string[], report: ProblemReport): void {
  const key = String(path.at(-1))
  const parent = path.slice(0, -1).map(String).join('.')
  const where = parent === '' ? '' : ` in ${parent}`
  report.addPlain(path, { message: `unknown key ${key}${where}`, hint: didYouMean(key, known) })
}

interface Checked<S extends z.ZodType> {
  readonly schema: S
  readonly value: unknown
  /** Where the value stands in its file. */
  readonly at: Path
}

/**
 * What the schema makes of the value. What it refuses goes into the report, and the rest is tried once more without it,
 * so that one slip does not hide what is wrong elsewhere; undefined when that is not enough.
 */
export function checkSchema<S extends z.ZodType>(
  checked: Checked<S>,
  report: ProblemReport,
): z.output<S> | undefined {
  const { schema, value } = checked
  const result = schema.safeParse(value, { error: sentence })
  if (result.success) return result.data
  for (const issue of result.error.issues) reportIssue(issue, checked, report)
  const rest = result.error.issues.flatMap(refusedPaths).reduce<unknown>(without, value)
  return schema.safeParse(rest).data
}
