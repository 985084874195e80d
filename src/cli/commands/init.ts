// Decides what `brazier init` does: writes a new project that works at once against the sandbox. It never overwrites.

import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { UsageError } from '../../model/errors.ts'
import { CONFIG_FILE, projectNameOf } from '../../project/config.ts'
import type { Call } from '../call.ts'
import { starterFiles } from '../starter-project.ts'

/** Typed in this order, from where one stands. */
const NEXT = [
  ['check', 'reads the SQL files, sends nothing'],
  ['sandbox', 'the Braze on this machine; leave it running, go on in another terminal'],
  ['sync', 'sends; again, and it sends nothing, since nothing has changed'],
] as const

export async function init(call: Call, folder: string | undefined): Promise<number> {
  const directory = folder === undefined ? call.directory : resolve(call.startedIn, folder)
  if (await isThere(join(directory, CONFIG_FILE)))
    throw new UsageError(`${directory} is a project already`, {
      hint: 'Give a new folder: `brazier init my-project`',
    })
  const made: string[] = []
  const kept: string[] = []
  for (const [path, text] of starterFiles(projectNameOf(directory)))
    ((await writeNew(join(directory, path), text)) ? made : kept).push(path)
  const here = relative(call.startedIn, directory)
  call.output.result({
    text: (paint) =>
      [
        ...made.map((path) => `${paint.good('+')} ${join(here, path)}`),
        ...kept.map((path) => `${paint.warn('=')} ${join(here, path)} was there and is left as it is`),
        ...(kept.includes('.gitignore') ? ['  Add a line to .gitignore: state/'] : []),
        '',
        'A project that works at once, against a Braze on this machine. Next:',
        ...NEXT.map(
          ([words, says]) => `  ${paint.command(words, here)}${' '.repeat(10 - words.length)}${says}`,
        ),
      ].join('\n'),
    json: () => ({ directory, made, kept }),
  })
  return 0
}

async function writeNew(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  try {
    // The flag makes the system refuse a file that is there, also one that came a moment ago.
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
