import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanWords, refusalReason } from '../../src/braze/reason.ts'
import { KEY } from './support/open.ts'

describe('cleanWords', () => {
  it.each([
    "'email_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
    "You must specify only one of 'external_id', 'user_alias' or 'braze_id'",
    "The value provided for the 'email' field is not a valid email.",
    "'external_id' must be fewer than 988 bytes",
    "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
    'provided external_id is blacklisted and disallowed',
    'EMAIL_BAD_FORMAT',
    "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.",
  ])("keeps Braze's sentence: %s", (sentence) => {
    expect(cleanWords(sentence, KEY)).toBe(sentence)
    expect(refusalReason(sentence, '{"external_id":"u1","email":"not-an-email","vip":true}')).toBe(sentence)
  })

  it.each([
    ['anna.smith@example.com is not valid', '… is not valid'],
    ["'Anna' is not a first name", "'…' is not a first name"],
    ["'O'Brien' is not valid", "'…' is not valid"],
    ['"Anna Smith" is not valid', "'…' is not valid"],
    ["it's 'anna", "it's '…'"],
    ['phone +49 (151) 123-4567 is bad', 'phone … is bad'],
    ['born 1990-01-31', 'born …'],
    ['id 1234567', 'id …'],
    ['id 550e8400-e29b-41d4-a716-446655440000 unknown', 'id … unknown'],
    ['id 507f1f77bcf86cd799439011 unknown', 'id … unknown'],
    [`Invalid API key: ${KEY}`, 'Invalid API key: …'],
    ['one\n\u001b[31mtwo', 'one [31mtwo'],
  ])('%s', (words, clean) => {
    expect(cleanWords(words, KEY)).toBe(clean)
  })

  it.each([KEY, 'a-key.of.another_shape'])('never lets the key %s pass, wherever it stands', (key) => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(cleanWords(`${before}${key}${after}`, key)).not.toContain(key)
      }),
    )
  })
})

describe('refusalReason', () => {
  const object = JSON.stringify({
    external_id: 'u-77',
    first_name: 'Anna Maria',
    age: 42,
    nested: { city: 'Ulm', tags: ['gold', 'subscribed'] },
  })

  it.each([
    ['first_name anna maria is odd', 'first_name … is odd'],
    ['Maria is odd', '… is odd'],
    ['age 42 is odd', 'age … is odd'],
    ['Ulm and gold and u-77', '… and … and …'],
    ["must be 'subscribed'", "must be 'subscribed'"],
    ['goldfish 421', 'goldfish 421'],
  ])('%s', (words, reason) => {
    expect(refusalReason(words, object)).toBe(reason)
  })

  it('law 9: no value that was sent appears in a reason', () => {
    const value = fc.oneof(
      fc.emailAddress(),
      fc.uuid(),
      fc.stringMatching(/^[A-Z][a-z]{3,12} [A-Z][a-z]{3,12}$/),
    )
    fc.assert(
      fc.property(value, fc.constantFrom("'", '"', '', '`'), (sent, quote) => {
        const words = cleanWords(`The value ${quote}${sent}${quote} is wrong`, KEY)
        const reason = refusalReason(words, JSON.stringify({ external_id: 'x', name: sent }))
        expect(reason.toLowerCase()).not.toContain(sent.toLowerCase())
      }),
    )
  })

  it('is cut, and never longer than 200 characters', () => {
    const reason = refusalReason('word '.repeat(100), '{}')
    expect(reason).toHaveLength(200)
    expect(reason.endsWith('…')).toBe(true)
  })
})
