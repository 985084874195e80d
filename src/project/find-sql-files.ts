// Decides which SQL files a project has: all below sql/, through links to files and folders (containers mount configuration
// so). What cannot be followed is refused, since a definition that vanishes without a word looks like one that was deleted.
// Hidden files and other extensions are passed over.

import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../model/errors.ts'

export const ROOT = 'sql'

export interface FoundFiles {
  /** Relative to the project, in order. */
  readonly paths: readonly string[]
  readonly problems: readonly Problem[]
}

export async function findSqlFiles(directory: string): Promise<FoundFiles> {
  const found = await walk(directory, ROOT, [])
  return {
    paths: found.flatMap((one) => (typeof one === 'string' ? [one] : [])).sort(),
    problems: found.flatMap((one) => (typeof one === 'string' ? [] : [one])),
  }
}

type Found = string | Problem

/** `above`: real paths of the folders that led here, so that a link back to one of them ends the way. */
async function walk(project: string, folder: string, above: readonly string[]): Promise<Found[]> {
  const entries = await entriesOf(project, folder)
  if (!Array.isArray(entries)) return [entries]
  const here = await realpath(join(project, folder))
  if (above.includes(here)) return []
  const visible = entries.filter((entry) => !entry.name.startsWith('.'))
  const inner = visible.map(async (entry): Promise<Found[]> => {
    const path = `${folder}/${entry.name}`
    const sort = await sortOf(join(project, path), entry)
    if (sort === 'nothing') return [{ file: path, ...DANGLING }]
    if (sort === 'folder') return walk(project, path, [...above, here])
    return sort === 'file' && /\.sql$/i.test(entry.name) ? [path] : []
  })
  return (await Promise.all(inner)).flat()
}

const DANGLING = {
  message: 'is a link that leads nowhere',
  hint: 'Make what it leads to, or remove the link.',
}

async function entriesOf(project: string, folder: string): Promise<Dirent[] | Problem> {
  try {
    return await readdir(join(project, folder), { withFileTypes: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT')
      return {
        file: folder,
        message: `there is no such folder in ${project}`,
        hint: 'The SQL files stand in sql/audiences/ and sql/properties/; make sql/, even if it is empty for now.',
      }
    if (code === 'ENOTDIR')
      return {
        file: folder,
        message: 'is a file, and should be the folder of the SQL files',
        hint: 'Move it away, and make the folder.',
      }
    return { file: folder, message: `cannot be read${code === '' ? '' : ` (${code})`}` }
  }
}

async function sortOf(path: string, entry: Dirent): Promise<'file' | 'folder' | 'nothing' | 'other'> {
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry
  if (target === undefined) return 'nothing'
  if (target.isDirectory()) return 'folder'
  return target.isFile() ? 'file' : 'other'
}
