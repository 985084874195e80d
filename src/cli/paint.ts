// Decides which colours mean what, and that there are none where nobody sees them.

import picocolors from 'picocolors'

export interface Paint {
  strong(text: string): string
  faint(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
}

export function paintFor(isColoured: boolean): Paint {
  const { bold, dim, green, yellow, red } = picocolors.createColors(isColoured)
  return { strong: bold, faint: dim, good: green, warn: yellow, bad: red }
}

/** https://no-color.org: any value but an empty one. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
}
