// Decides where the processes that tests start keep what Node has compiled: they start in two thirds of the time.

import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/node-compile')

/** Workers, and what they start, inherit it; who starts a process with an environment of its own adds `compileCache`. */
export default function setup(): void {
  process.env.NODE_COMPILE_CACHE ??= FOLDER
}

export const compileCache = { NODE_COMPILE_CACHE: FOLDER }
