// Decides which words of a database may be repeated when a value made a statement fail: those of its own sentences, and no
// others. What a message quotes is told apart from the message by a list of words, since databases quote values in brackets,
// in quotes, at the end of a line, or not at all. Pure.

const SENTENCES = `
  a aborted about according addition after allowed already an and another any are argument arguments array arrays as
  assigned at balanced be because been before between bigint bit boolean both bound bounds braces brackets by byte bytea
  bytes calendar cannot cast casting change character characters code column columns compute concurrent configuration
  constraint contain contains conversion convert converting could csv data database date date/time day decimal decompress
  default delete destination detected determine digit digits dimension dimensions division does double due duplicate
  element elements empty encoding end enough enum equal error escape evaluated exceed exceeds executed exist exists
  expected expression extract factorial failed field fields file find first float for format found from function getting
  greater has have hex identifier identify in index inet infinite infinity input integer internal interrupted interval
  invalid is json jsonb key keys large later least length less limit line list lists literal locked logarithm loss lower
  macaddr map match maximum memory minimum mismatch mismatched missing modulo money month more multiplication must name
  negation negative next no not null number numbers numeric object of offset on one only operand operator option or order
  original out overflow parameter parentheses parse parser parsing path pattern position positive power precision
  primitive property provided quantifier quote quoted range real recognized record regex regular relation requested
  required result return returned returns root row rows same sample scalar scale schema search second sequence set should
  single size smallint sniffing source specified specifier sql square start state step string strings struct subquery
  subscript subscripts subtraction such supported syntax table text than that the this time timeout timestamp to token too
  trailing transaction translate tsquery type types unable unclosed unescaped unexpected unicode unimplemented union
  unique unit unknown unrecognized unsupported unterminated up update use used using uuid valid value values varying
  version violates when where while with within without would wrong year years zero zone zones
`

/** Types as DuckDB names them: INT32, VARCHAR. */
const TYPE =
  /^(?:U?(?:INT|HUGEINT|BIGINT)(?:8|16|32|64|128)?|U?(?:TINY|SMALL)INT|FLOAT|DOUBLE|BOOL|VARCHAR|BLOB|TIMESTAMP(?:_NS|_MS|_S|TZ)?|TIME)$/

const KNOWN: ReadonlySet<string> = new Set(SENTENCES.trim().split(/\s+/))
const GONE = '…'
/** What a word may have around it. */
const EDGES = /^[^\p{L}\p{N}…]+|[^\p{L}\p{N}…]+$/gu

const NOTHING_LEFT =
  'a value in the data made it fail; the database’s own words may hold it and are not repeated'

/** The message without what it may have from the data. */
export function withoutData(message: string): string {
  const unquoted = message
    .replace(/\bcan't\b/g, 'cannot')
    .replace(/'[^']*'|"[^"]*"|\([^()]*\)/g, GONE)
    .replace(/['"(].*$/s, GONE)
  const words = unquoted.split(/\s+/u).map(knownWord)
  const text = words.join(' ').replace(/…(?:[ …]*…)*/gu, GONE)
  return words.some((word) => KNOWN.has(word.toLowerCase())) ? text.trim() : NOTHING_LEFT
}

function knownWord(word: string): string {
  const bare = word.replaceAll(EDGES, '')
  return bare === '' || KNOWN.has(bare.toLowerCase()) || TYPE.test(bare) ? word : GONE
}
