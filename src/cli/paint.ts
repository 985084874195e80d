// Decides which colours mean what, and that there are none where nobody sees them; and how a command to type next looks.

import picocolors from 'picocolors'

export interface Paint {
  strong(text: string): string
  faint(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
  /** A command of ours to type next, for the same project. */
  command(words: string): string
}

/** `project`: what --project was given, when it was. */
export function paintFor(isColoured: boolean, project?: string): Paint {
  const { bold, dim, green, yellow, red } = picocolors.createColors(isColoured)
  const same = project === undefined ? '' : ` --project ${shellWord(project)}`
  const command = (words: string) => bold(`brazier ${words}${same}`)
  return { strong: bold, faint: dim, good: green, warn: yellow, bad: red, command }
}

const shellWord = (text: string): string =>
  /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** https://no-color.org: any value but an empty one. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
}
