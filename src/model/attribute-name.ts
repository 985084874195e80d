// Decides which names may be written to Braze as attributes, wherever they come from. Pure.

import { MAX_NAME_CHARACTERS, RESERVED_ATTRIBUTES, STANDARD_FIELDS } from './limits.ts'

export interface NameFlaw {
  readonly message: string
  readonly hint?: string
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0)
  return code < 32 || code === 127
}

/** What is wrong with an attribute's name, if anything; the message completes the sentence "attribute …". */
export function attributeFlaw(name: string): NameFlaw | undefined {
  if (name.trim() === '') return { message: 'must not be empty' }
  if (name !== name.trim()) return { message: 'must not start or end with a blank' }
  if ([...name].some(isControl)) return { message: 'must not hold control characters' }
  if ([...name].length > MAX_NAME_CHARACTERS)
    return { message: `is longer than ${MAX_NAME_CHARACTERS} characters` }
  // Braze's operators on nested values start so ($add, $update, $time).
  if (name.startsWith('$')) return { message: 'must not start with $' }
  if (RESERVED_ATTRIBUTES.has(name)) {
    return {
      message: `must not be ${name}, which Braze reads as something else`,
      hint: 'Choose another name.',
    }
  }
  return undefined
}

/** The same for a flag or a list of ours, which must not write a field that Braze gives a meaning. */
export function customAttributeFlaw(name: string): NameFlaw | undefined {
  if (!STANDARD_FIELDS.has(name)) return attributeFlaw(name)
  return {
    message: `must not be ${name}, which is a standard field of Braze`,
    hint: 'Choose another name with attribute: in the header.',
  }
}
