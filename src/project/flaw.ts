// Decides the shape of a verdict on one piece of text: its value, or what is wrong with it. The caller knows file and line.

export interface Flaw {
  readonly message: string
  readonly hint?: string
}

export type Verdict<T> = { readonly value: T } | { readonly flaw: Flaw }

export function flaw(message: string, hint?: string): { readonly flaw: Flaw } {
  return { flaw: hint === undefined ? { message } : { message, hint } }
}
