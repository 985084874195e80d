// Decides how the demo begins and ends: where it plays, that it is told in colour on a terminal only, and its exit code.

import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failureOf } from '../cli/failure.ts'
import { paintFor, wantsColour } from '../cli/paint.ts'
import { openCommands } from './commands.ts'
import { makeFolder } from './demo-folder.ts'
import { openNarrator } from './narrator.ts'
import { play } from './play.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const USUAL_FOLDER = resolve(ROOT, 'state/demo')

async function main(given: string | undefined): Promise<number> {
  const { stdout, stderr, env } = process
  const directory = given === undefined ? USUAL_FOLDER : resolve(given)
  const narrator = openNarrator((text) => void stdout.write(text), paintFor(wantsColour(stdout, env)))
  try {
    const folder = await makeFolder({
      directory,
      definitions: resolve(ROOT, 'sql'),
      replace: given === undefined,
    })
    const commands = openCommands({ directory, env, narrator })
    await play({ folder, commands, narrator, place: relative(process.cwd(), directory) })
    return 0
  } catch (thrown) {
    stderr.write(`\n${failureOf(thrown).text(paintFor(wantsColour(stderr, env)))}\n`)
    return 1
  }
}

process.exitCode = await main(process.argv[2])
