// Decides what the paths in `warehouse.init` mean: relative ones are relative to the project, and only what they name may
// be read later. DuckDB itself would look in the current folder first, and refuses relative paths once files are locked.
// Pure.

import { resolve } from 'node:path'
import { literal } from './dialect.ts'

export interface InitSql {
  /** The statements, paths made absolute. */
  readonly statements: readonly string[]
  /** Files that are named outright. */
  readonly files: readonly string[]
  /** Directories under which a pattern looks. */
  readonly directories: readonly string[]
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\s+|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|[A-Za-z_]\w*|[\s\S]/g
const BLANK = /^(?:\s|--|\/\*)/
/** Functions whose first argument is a file, or a list of them. */
const FILE_FUNCTION = /^(?:read_\w+|parquet_\w+|\w+_scan|glob|sniff_csv)$/i
/** Words before a file: a table by its file's name, and databases that are attached. */
const BEFORE_FILE = /^(?:from|join|attach|database|exists)$/i
/** Functions with a FROM of their own, before a text. */
const FROM_FUNCTION = /^(?:extract|trim|substring|overlay|position)$/i

export function initSql(statements: readonly string[], directory: string): InitSql {
  const files = new Set<string>()
  const directories = new Set<string>()
  const absolute = (path: string): string => {
    if (/^[A-Za-z][\w+.-]*:\/\//.test(path)) return path
    const full = resolve(directory, path)
    const pattern = full.search(/[*?[{]/)
    if (pattern < 0) files.add(full)
    else directories.add(full.slice(0, full.lastIndexOf('/', pattern) + 1))
    return full
  }
  return {
    statements: statements.map((sql) => withPaths(sql, absolute)),
    files: [...files],
    directories: [...directories],
  }
}

/** An open bracket. */
interface Bracket {
  readonly isList: boolean
  /** Whether a string in it is a file. */
  isFile: boolean
  /** Whether FROM in it belongs to a function. */
  readonly hasOwnFrom: boolean
}

function withPaths(sql: string, absolute: (path: string) => string): string {
  const open: Bracket[] = []
  let before = ''
  let twoBefore = ''
  const pieces = (sql.match(TOKEN) ?? []).map((token) => {
    if (BLANK.test(token)) return token
    const bracket = open.at(-1)
    const asTable = BEFORE_FILE.test(before) && !/^distinct$/i.test(twoBefore) && bracket?.hasOwnFrom !== true
    const asArgument = bracket?.isFile === true && /^[([,]$/.test(before)
    const isFile = token.startsWith("'") && ((asTable && /[./*]/.test(token)) || asArgument)
    follow(open, token, before)
    twoBefore = before
    before = token
    return isFile ? literal(absolute(token.slice(1, -1).replaceAll("''", "'"))) : token
  })
  return pieces.join('')
}

/** Opens and closes brackets; only the first argument of a file function is a file, or each one of a list there. */
function follow(open: Bracket[], token: string, before: string): void {
  const bracket = open.at(-1)
  if (token === '(') {
    open.push({ isList: false, isFile: FILE_FUNCTION.test(before), hasOwnFrom: FROM_FUNCTION.test(before) })
  } else if (token === '[' || token === '{') {
    const isFile = token === '[' && bracket?.isFile === true && before === '('
    open.push({ isList: true, isFile, hasOwnFrom: false })
  } else if (token === ')' || token === ']' || token === '}') {
    open.pop()
  } else if (token === ',' && bracket !== undefined && !bracket.isList) {
    bracket.isFile = false
  }
}
