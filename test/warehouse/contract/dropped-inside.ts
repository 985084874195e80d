// Decides the JSON with a null or a key inside that Braze does not take, and what only looks like it: in texts, behind
// escapes, between blanks.

import { KEY, type LogicalValue, NULL } from './logical-value.ts'
import { bigqueryJson, type Texts, writtenJson } from './written-json.ts'

const GOOD: Texts = {
  'empty objects and arrays inside': '{"a":{},"b":[],"c":[[],{}]}',
  'an empty object': '{}',
  'the word null in texts': '{"a":"null","b":["[null]",", null",":null","null"]}',
  'the word null in keys': '{"null":1,"nullable":[true,false]}',
  'the word null behind an escaped quote': String.raw`{"a":"\":null","b":"\\","c":"[null]"}`,
  'blanks, dots and dollars in texts': '{"a":"a b.c$","b":["a b : c",":","x y",": z",""]}',
  'texts that look like keys': String.raw`["a b",":c","d.e"," : ","\"f g\": 1","\\",": ",""]`,
  'fractions as values': '{"a":1.5,"b":[0.25,{"c":-1.5}]}',
  'escaped blanks in texts': String.raw`{"a":"b\u0020c\u002e","b":["\u0024",":"]}`,
  'a key that looks like an escaped blank': String.raw`{"a\\u0020b":1}`,
  'a key with other escapes': String.raw`{"a\u00e9\u0021\"\\b":1}`,
  'a key with an escaped quote before a colon': String.raw`{"a\":b":"c d"}`,
  'blanks around keys': '{ "a" : 1 ,	"b" : [ 2 , "c d" ] }',
  'a time': '{"at":{"$time":"2026-01-01T00:00:00Z"}}',
  'times between blanks': '[ { "$time" : "2026-01-01" } , { "at" : { "$time" : "2026-01-02 10:00:00" } } ]',
}

const NULLS: Texts = {
  'a null in an array': '[1,null]',
  'nothing but a null in an array': '[ null ]',
  'a null in an object': '{"a":1,"b":null}',
  'a null between blanks': '{"a" :	null }',
  'a null deep inside': '{"a":[{"b":"c"},{"d":{"e":["f",[[null]]]}}]}',
  'a null after a text with an escaped quote': String.raw`{"a":"x\"","b":null}`,
  'a null after a text that ends in a backslash': String.raw`{"a":"\\","b":null}`,
  'a null after texts that look like one': '[":null","[null",null]',
  'a null behind a key that Braze does not take': '{"a b":null}',
  'a time that is null': '{"at":{"$time":null}}',
}

const KEYS: Texts = {
  'an empty key': '{"":1}',
  'a key with a blank': '{"a b":1}',
  'a key with a dot': '{"a.b":1}',
  'a key with a dollar': '{"a$":1}',
  'a key that begins with a dollar': '{"$a":1}',
  'a key with a blank between blanks': '{ "a b" : 1 }',
  'a key of one blank': '{"a":{" ":1}}',
  'a key with an escaped blank': String.raw`{"a\u0020b":1}`,
  'a key with an escaped dot': String.raw`{"a\u002Eb\u00e9":1}`,
  'a key with an escaped dollar': String.raw`{"\u0024a":1}`,
  'a key with a blank behind an escaped quote': String.raw`{"a\"b c":1}`,
  'a key with a blank before an escaped quote': String.raw`{"a \"b":1}`,
  'a key with a blank behind a backslash': String.raw`{"a\\ ":1}`,
  'a key with a blank and a colon': '{"a: b":1}',
  'a key with a blank deep inside': '[{"a":["b",{"c":{"d e":"f"}}]}]',
  'a key with a blank after texts that look like one': '["a b",":",{"c d":1}]',
  'an empty key after empty texts': '{"a":"","b":["",{"":""}]}',
  'a time with something else': '{"$time":"2026-01-01","a":1}',
  'a time that is a number': '{"at":{"$time":5}}',
}

export const DROPPED_INSIDE: readonly LogicalValue[] = [
  ...writtenJson(GOOD),
  ...writtenJson(NULLS, NULL),
  ...writtenJson(KEYS, KEY),
]

export const BIGQUERY_DROPPED_INSIDE = bigqueryJson({ ...GOOD, ...NULLS, ...KEYS })
