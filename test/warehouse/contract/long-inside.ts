// Decides the JSON whose texts and keys stand on either side of what Braze takes, and what could hide one: escapes, emoji,
// quotes, blanks.

import { LONG, type LogicalValue } from './logical-value.ts'
import { bigqueryJson, type Texts, writtenJson } from './written-json.ts'

const x = (count: number): string => 'x'.repeat(count)

const GOOD: Texts = {
  'a text of 255 characters': `"${x(255)}"`,
  'texts of 255 characters inside': `{"a":"${x(255)}","b":["${x(255)}",{"c":"${x(255)}"}]}`,
  'a key of 255 characters': `{"${x(255)}":1}`,
  'a text of 255 emoji': `{"a":"${'😀'.repeat(255)}"}`,
  'a text of 255 escaped emoji': `{"a":"${'\\ud83d\\uDE00'.repeat(255)}"}`,
  'a text of 255 escaped letters': `{"a":"${'\\u00e9'.repeat(255)}"}`,
  'a text of 255 escaped quotes': `{"a":"${'\\"'.repeat(255)}"}`,
  'a text of 255 backslashes': `{"a":"${'\\\\'.repeat(255)}"}`,
  'a text of 255 characters that ends in a backslash': `{"a":"${x(254)}\\\\","b":"${x(9)}"}`,
  'a text of 255 characters with an escaped quote at either end': `["\\"${x(253)}\\"","${x(9)}"]`,
  'a text of 255 characters, the last an emoji': `["${x(254)}😀"]`,
  'a text of 255 characters, the last an escaped emoji': `["${x(254)}\\uD83D\\ude00"]`,
  'words that look like escapes': `["${'\\\\u0041'.repeat(42)}"]`,
  'many numbers between two texts': `{"a":"","b":[${Array.from({ length: 200 }, (_, i) => i).join(',')}],"c":""}`,
  'many blanks between two texts': `{"a":""${' '.repeat(300)},"c":""}`,
  'many short texts': `[${Array.from({ length: 400 }, (_, i) => `"${i}\\\\"`).join(',')}]`,
}

const BAD: Texts = {
  'a text of 256 characters': `"${x(256)}"`,
  'a text of 256 characters in an object': `{"n":1,"a":"${x(256)}"}`,
  'a text of 256 characters in an array': `["",["${x(256)}"]]`,
  'a text of 256 characters deep inside': `{"a":[{"b":"c"},{"d":{"e":["f","${x(256)}"]}}]}`,
  'a key of 256 characters': `{"a":{"${x(256)}":1}}`,
  'a text of 256 emoji': `{"a":"${'😀'.repeat(256)}"}`,
  'a text of 256 escaped emoji': `{"a":"${'\\ud83d\\uDE00'.repeat(256)}"}`,
  'a text of 256 escaped letters': `{"a":"${'\\u00e9'.repeat(256)}"}`,
  'a text of 256 escaped quotes': `{"a":"${'\\"'.repeat(256)}"}`,
  'a text of 256 backslashes': `{"a":"${'\\\\'.repeat(256)}"}`,
  'a text of 256 line ends': `{"a":"${'\\n'.repeat(256)}"}`,
  'a text of 256 characters that ends in a backslash': `{"a":"${x(255)}\\\\","b":"${x(9)}"}`,
  'a text of 256 characters with an escaped quote at either end': `["\\"${x(254)}\\"","${x(9)}"]`,
  'a text of 256 characters, the last an emoji': `["${x(255)}😀"]`,
  'a text of 256 characters, the last an escaped emoji': `["${x(255)}\\uD83D\\ude00"]`,
  'a text of 256 characters that looks like structure': `["${':,{}[]01'.repeat(32)}"]`,
}

export const JSON_TEXTS: readonly LogicalValue[] = [...writtenJson(GOOD), ...writtenJson(BAD, LONG)]

export const BIGQUERY_JSON_TEXTS = bigqueryJson({ ...GOOD, ...BAD })
