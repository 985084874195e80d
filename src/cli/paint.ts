// Decides which colours mean what, and that there are none where nobody sees them; and how a command to type next looks.

import picocolors from 'picocolors'

export interface Paint {
  strong(text: string): string
  faint(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
  /** A command of ours to type next, for the same project unless another one is named. */
  command(words: string, project?: string): string
}

/** How commands of ours are typed where this one was. */
export interface Typed {
  /** `npx brazier`, unless the shell finds the program by itself. */
  readonly program?: string
  /** What --project was given, when it was. */
  readonly project?: string
}

export function paintFor(isColoured: boolean, { program = 'brazier', project }: Typed = {}): Paint {
  const { bold, dim, green, yellow, red } = picocolors.createColors(isColoured)
  const command = (words: string, at = project) =>
    bold(`${program} ${words}${at === undefined || at === '' ? '' : ` --project ${shellWord(at)}`}`)
  return { strong: bold, faint: dim, good: green, warn: yellow, bad: red, command }
}

/** npm, and npx with it, finds a program of the checkout that the shell does not, and leaves its marks. */
export const programIn = (env: Readonly<Record<string, string | undefined>>): string =>
  env.npm_command === undefined && env.npm_lifecycle_event === undefined ? 'brazier' : 'npx brazier'

/** A sentence that names commands of ours within backticks, so that they can be typed here. */
export const withCommands = (sentence: string, paint: Paint): string =>
  sentence.replace(/`brazier ([^`]+)`/g, (_, words: string) => `\`${paint.command(words)}\``)

const shellWord = (text: string): string =>
  /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** https://no-color.org: any value but an empty one. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
}
