// Decides how YAML text becomes plain values, and on which line of its file each of them stands. A key without a value
// counts as absent. Messages are our own: the parser's quote the text, which may hold a secret.

import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'
import type { Problem } from '../model/errors.ts'

export type Path = readonly PropertyKey[]

export interface YamlSource {
  /** Undefined when the text is empty or broken. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Line of the deepest part of the path that is there, of the whole for an empty one; undefined when not even its first key is. */
  lineAt(path: Path): number | undefined
}

export interface YamlText {
  readonly text: string
  readonly file: string
  /** Line of the file on which the text starts. */
  readonly firstLine: number
}

const SENTENCES: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'a value that starts with * or & needs quotes',
  BAD_DQ_ESCAPE: 'a text in double quotes holds a backslash that means nothing; use single quotes',
  BAD_INDENT: 'the indentation or a bracket is wrong',
  BAD_SCALAR_START: 'a value starts with a sign that needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value holds ": " and needs quotes, or the indentation is wrong',
  DUPLICATE_KEY: 'this key stands here a second time',
  MISSING_CHAR: 'a quote, a bracket or a colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a colon is missing after a key, or the indentation is wrong',
  MULTIPLE_DOCS: 'a line of --- starts a second document; there may be one only',
  TAB_AS_INDENT: 'a tab is used to indent; use spaces',
  TAG_RESOLVE_FAILED: 'a value that starts with ! needs quotes',
  UNEXPECTED_TOKEN: `something stands where nothing is expected; put quotes round a value with * & : # { or [, such as "\${NAME}"`,
}

// A cron expression that starts with a star would be an alias to YAML. People write it without quotes all the same, and
// after `schedule:` it can mean nothing else.
function quoteCron(text: string): string {
  return text.replace(/^( *schedule: +)(\*(?:\/\d+)? [^#'"\r\n]*?)( *(?:#.*)?)$/gm, "$1'$2'$3")
}

function valueAt(
  node: unknown,
  key: PropertyKey,
): { readonly at: number | undefined; readonly node: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
    return pair === undefined
      ? undefined
      : { at: isNode(pair.key) ? pair.key.range?.[0] : undefined, node: pair.value }
  }
  const item = isSeq(node) ? node.items[Number(key)] : undefined
  return isNode(item) ? { at: item.range?.[0], node: item } : undefined
}

function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  if (path.length === 0) return document.contents?.range?.[0]
  let node: unknown = document.contents
  let offset: number | undefined
  for (const key of path) {
    const found = valueAt(node, key)
    if (found === undefined) break
    offset = found.at ?? offset
    node = found.node
  }
  return offset
}

/** The first error explains the others, except that every doubled key is one of its own. */
function worthTelling(errors: readonly YAMLError[]): readonly YAMLError[] {
  const syntax = errors.find((error) => error.code !== 'DUPLICATE_KEY')
  return syntax === undefined ? errors : [syntax]
}

function danglingAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined
  visit(document, {
    Alias(_key, node) {
      if (offset === undefined && node.resolve(document) === undefined) offset = node.range?.[0]
    },
  })
  return offset
}

/** Without the keys that have no value. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value ?? undefined
  const entries = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]))
}

/** Undefined for text whose aliases would unfold without end. */
function unfold(document: Document.Parsed): unknown {
  try {
    return withoutNulls(document.toJS())
  } catch {
    return undefined
  }
}

export function readYaml({ text, file, firstLine }: YamlText): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(quoteCron(text), { lineCounter: lines, prettyErrors: false })
  const lineOf = (offset: number) => lines.linePos(offset).line + firstLine - 1
  const problem = (offset: number, code: string): Problem => ({
    file,
    line: lineOf(offset),
    message: `not readable as YAML: ${SENTENCES[code] ?? 'the text breaks its rules'}`,
  })
  const problems = worthTelling([...document.errors, ...document.warnings]).map((error) =>
    problem(error.pos[0], error.code),
  )
  const dangling = problems.length === 0 ? danglingAlias(document) : undefined
  if (dangling !== undefined) problems.push(problem(dangling, 'BAD_ALIAS'))
  return {
    value: problems.length > 0 ? undefined : unfold(document),
    problems,
    lineAt(path) {
      const offset = offsetOf(document, path)
      return offset === undefined ? undefined : lineOf(offset)
    },
  }
}
