// What becomes of values: numbers, strings, times, lists, objects, and what each costs.

import { describe, expect, it } from 'vitest'
import { attributesAfter, openSandbox } from './talk.ts'

describe('numbers', () => {
  it('keep every digit as it was written', async () => {
    const sandbox = await openSandbox()
    const attributes = await attributesAfter(
      sandbox,
      '"big":9007199254740993,"huge":123456789012345678901234567890,"float":1.0,"tiny":1e-7,"cents":19.90,"n":5',
    )
    expect(attributes).toEqual({
      big: 9007199254740993n,
      huge: 123456789012345678901234567890n,
      float: 1,
      tiny: 1e-7,
      cents: 19.9,
      n: 5,
    })
    expect(sandbox.profile('a')?.rawAttributes).toEqual({
      big: '9007199254740993',
      huge: '123456789012345678901234567890',
      float: '1.0',
      tiny: '1e-7',
      cents: '19.90',
      n: '5',
    })
    expect(sandbox.profile('a')?.types).toMatchObject({ big: 'integer', float: 'float', n: 'integer' })
  })

  it('can be incremented when they are integers, and only then', async () => {
    const sandbox = await openSandbox()
    const attributes = await attributesAfter(
      sandbox,
      '"n":5,"f":1.5',
      '"n":{"inc":-2},"f":{"inc":1},"new":{"inc":3}',
    )
    expect(attributes).toEqual({ n: 3, f: 1.5, new: 3 })
    expect(sandbox.meter.silentDrops.reasons).toEqual({ bad_increment: 1 })
  })
})

describe('null, absence and repetition', () => {
  it('null removes, absence leaves, repetition costs again', async () => {
    const sandbox = await openSandbox()
    expect(await attributesAfter(sandbox, '"a":1,"b":2,"c":3', '"a":null,"b":2')).toEqual({ b: 2, c: 3 })
    expect(sandbox.meter.dataPoints).toBe(5)
  })

  it('names are case-sensitive: Email is an attribute like any other', async () => {
    const sandbox = await openSandbox()
    expect(await attributesAfter(sandbox, '"Email":"not an address"')).toEqual({ Email: 'not an address' })
    expect(sandbox.profile('a')?.fields).toEqual({})
  })

  it('names that mean something to JavaScript are names', async () => {
    const sandbox = await openSandbox()
    await attributesAfter(sandbox, '"__proto__":1,"constructor":2,"alias":3')
    expect(sandbox.profile('a')?.rawAttributes).toEqual(
      JSON.parse('{"__proto__":"1","constructor":"2","alias":"3"}'),
    )
  })
})

describe('strings', () => {
  it('over 255 characters are dropped without a word, and counted', async () => {
    const sandbox = await openSandbox()
    const attributes = await attributesAfter(
      sandbox,
      '"note":"short"',
      `"note":"${'x'.repeat(256)}","fits":"${'😀'.repeat(255)}"`,
    )
    expect(attributes).toEqual({ note: 'short', fits: '😀'.repeat(255) })
    expect(sandbox.meter.silentDrops).toEqual({ total: 1, reasons: { string_too_long: 1 } })
    expect(sandbox.meter.dataPoints).toBe(2)
  })

  it('are not stored under a name of more than 255 characters', async () => {
    const sandbox = await openSandbox()
    expect(await attributesAfter(sandbox, `"${'n'.repeat(256)}":1,"${'n'.repeat(255)}":2`)).toEqual({
      ['n'.repeat(255)]: 2,
    })
    expect(sandbox.meter.silentDrops.reasons).toEqual({ name_too_long: 1 })
  })

  it.each([
    ['2024-01-31', 'time'],
    ['2024-01-31T10:00:00Z', 'time'],
    ['2024-01-31T10:00:00.123+02:00', 'time'],
    ['2024-01-31T10:00:00:123Z', 'time'],
    ['2024-01-31 10:00:00', 'time'],
    ['01/31/2024', 'time'],
    ['31.01.2024', 'string'],
    ['31/01/2024', 'string'],
    ['2024-01-31 10:00:00+00', 'string'],
    ['2024-02-30', 'string'],
    ['3001-01-01', 'string'],
    ['12', 'string'],
  ])('%s is a %s', async (text, type) => {
    const sandbox = await openSandbox()
    await attributesAfter(sandbox, `"when":${JSON.stringify(text)}`)
    expect(sandbox.profile('a')?.types).toEqual({ when: type })
    expect(sandbox.profile('a')?.attributes).toEqual({ when: text })
  })
})

describe('lists', () => {
  it('are sets: what comes again moves to the end', async () => {
    const sandbox = await openSandbox()
    expect(await attributesAfter(sandbox, '"l":["a","a","b"]')).toEqual({ l: ['a', 'b'] })
    expect(await attributesAfter(sandbox, '"l":{"add":["a","c"]}')).toEqual({ l: ['b', 'a', 'c'] })
  })

  it('take adds and removes, also of what is not there', async () => {
    const sandbox = await openSandbox()
    const attributes = await attributesAfter(
      sandbox,
      '"l":{"remove":["x"]}',
      '"l":{"add":["a","b"]}',
      '"l":{"add":["c"],"remove":["a","nothing"]}',
    )
    expect(attributes).toEqual({ l: ['b', 'c'] })
    expect(sandbox.meter.dataPoints).toBe(6)
  })

  it('hold 500 elements: the oldest goes first', async () => {
    const sandbox = await openSandbox()
    const all = Array.from({ length: 501 }, (_, index) => index)
    const attributes = await attributesAfter(sandbox, `"l":${JSON.stringify(all)}`)
    expect(attributes?.l).toEqual(all.slice(1))
    expect(sandbox.meter.silentDrops.reasons).toEqual({ array_overflow: 1 })
  })

  it.each([
    ['"l":["x",null]', 'bad_element'],
    ['"l":[["x"]]', 'bad_element'],
    ['"l":{"add":"x"}', 'bad_element'],
    [`"l":{"add":["${'x'.repeat(256)}"]}`, 'string_too_long'],
    ['"s":{"add":["x"]}', 'not_a_list'],
  ])('%s is dropped as %s', async (update, reason) => {
    const sandbox = await openSandbox()
    expect(await attributesAfter(sandbox, '"l":["a"],"s":"text"', update)).toEqual({ l: ['a'], s: 'text' })
    expect(sandbox.meter.silentDrops.reasons).toEqual({ [reason]: 1 })
  })

  it('keep big numbers apart', async () => {
    const sandbox = await openSandbox()
    await attributesAfter(sandbox, '"l":[9007199254740992,9007199254740993,1,1.0]')
    expect(sandbox.profile('a')?.rawAttributes.l).toBe('[9007199254740992,9007199254740993,1.0]')
  })
})

describe('objects', () => {
  it('replace each other, and merge when asked', async () => {
    const sandbox = await openSandbox()
    expect(await attributesAfter(sandbox, '"o":{"x":1,"y":{"a":1,"b":2}}', '"o":{"z":3}')).toEqual({
      o: { z: 3 },
    })
    expect(
      await attributesAfter(
        sandbox,
        '"o":{"x":1,"y":{"a":1,"b":2}}',
        '"_merge_objects":true,"o":{"y":{"b":3}}',
      ),
    ).toEqual({ o: { x: 1, y: { a: 1, b: 3 } } })
  })

  it.each([
    ['{"x":1,"y":null}', 'nested_null'],
    ['{"x":{"y":[1,null]}}', 'nested_null'],
    ['{"t":{"$time":"yesterday"}}', 'nested_time'],
    ['{"a b":1}', 'nested_name'],
    ['{"a.b":1}', 'nested_name'],
    [`{"x":"${'x'.repeat(256)}"}`, 'string_too_long'],
    [`{"x":[${Array.from({ length: 500 }, (_, n) => `"${n}${'x'.repeat(240)}"`)}]}`, 'value_too_large'],
  ])('with one bad thing inside are dropped whole: %.40s (%s)', async (value, reason) => {
    const sandbox = await openSandbox()
    expect(await attributesAfter(sandbox, '"o":{"old":1}', `"o":${value}`)).toEqual({ o: { old: 1 } })
    expect(sandbox.meter.silentDrops.reasons).toEqual({ [reason]: 1 })
  })

  it('cost a data point for each key that carries a value', async () => {
    const sandbox = await openSandbox()
    await attributesAfter(sandbox, '"o":{"a":1,"b":{"c":2,"d":[3]},"t":{"$time":"2024-01-31"}}')
    expect(sandbox.meter.dataPoints).toBe(4)
  })
})

describe('arrays of objects', () => {
  const pets = '"pets":[{"id":1,"name":"Rex"},{"id":2,"name":"Tom"}]'

  it('add first, then remove, then update', async () => {
    const sandbox = await openSandbox()
    const attributes = await attributesAfter(
      sandbox,
      pets,
      `"pets":{"$update":[{"$identifier_key":"id","$identifier_value":2,"$new_object":{"name":"Tim"}}],
               "$remove":[{"$identifier_key":"id","$identifier_value":1}],
               "$add":[{"id":1,"name":"Rex II"},{"id":3,"name":"Ida"}]}`,
    )
    expect(attributes).toEqual({
      pets: [
        { id: 2, name: 'Tim' },
        { id: 3, name: 'Ida' },
      ],
    })
    expect(sandbox.profile('a')?.types).toEqual({ pets: 'object_array' })
    expect(sandbox.meter.dataPoints).toBe(4 + 4 + 1 + 1)
  })

  it('remove every match, and an update deletes no key', async () => {
    const sandbox = await openSandbox()
    const attributes = await attributesAfter(
      sandbox,
      '"pets":[{"id":1,"x":1},{"id":1,"x":2},{"id":2,"x":3}]',
      '"pets":{"$remove":[{"$identifier_key":"id","$identifier_value":1}]}',
      '"pets":{"$update":[{"$identifier_key":"id","$identifier_value":2,"$new_object":{"y":4}}]}',
    )
    expect(attributes).toEqual({ pets: [{ id: 2, x: 3, y: 4 }] })
  })
})
