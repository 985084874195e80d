// Decides how the demo begins and ends: where it plays, that it is told in colour on a terminal only, and its exit code.

import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { failureOf } from '../cli/failure.ts'
import { paintFor, wantsColour } from '../cli/paint.ts'
import { openCommands } from './commands.ts'
import { makeFolder } from './demo-folder.ts'
import { openNarrator } from './narrator.ts'
import { play } from './play.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Two are told in scenes, and one is the bad night at the end. */
const LEAST_DAYS = 3
const USUAL_FOLDER = resolve(ROOT, 'state/demo')

async function main(): Promise<number> {
  const { stdout, stderr, env } = process
  const { given, life } = asked(process.argv.slice(2))
  const directory = given === undefined ? USUAL_FOLDER : resolve(given)
  const narrator = openNarrator((text) => void stdout.write(text), paintFor(wantsColour(stdout, env)))
  try {
    const folder = await makeFolder({
      directory,
      definitions: resolve(ROOT, 'sql'),
      replace: given === undefined,
    })
    const commands = openCommands({ directory, env, narrator })
    await play({ folder, commands, narrator, place: relative(process.cwd(), directory), ...life })
    return 0
  } catch (thrown) {
    stderr.write(`\n${failureOf(thrown).text(paintFor(wantsColour(stderr, env)))}\n`)
    return 1
  }
}

/** `[FOLDER] [--serve] [--port N] [--days N]` */
function asked(words: string[]) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '8080' },
      days: { type: 'string', default: '10' },
    },
  })
  const days = Math.max(LEAST_DAYS, Math.trunc(Number(values.days)) || LEAST_DAYS)
  return { given: positionals[0], life: values.serve ? { life: { days, port: values.port } } : {} }
}

process.exitCode = await main()
