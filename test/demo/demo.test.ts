// Decides that the demo spares what is there, and fails loudly where something is not as it says. That it plays to its end,
// with the dashboard, is tested where the dashboard is.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { expectEqual } from '../../src/demo/expectation.ts'

const PROGRAM = fileURLToPath(new URL('../../src/demo/main.ts', import.meta.url))
const folders: string[] = []

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'brazier-demo-'))
  folders.push(folder)
  return folder
}

interface Played {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

function play(folder: string): Promise<Played> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, folder], (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('the demo', () => {
  it('touches no folder that holds something', async () => {
    const folder = await newFolder()
    await writeFile(join(folder, 'notes.txt'), 'mine')
    const { exitCode, stderr } = await play(folder)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('is not empty')
  })

  it('stops where something is not as it says', () => {
    expect(() => expectEqual('the exit code', 3, 3)).not.toThrow()
    expect(() => expectEqual('the exit code', 1, 3)).toThrow(
      'the demo stops: the exit code should be 3, but is 1',
    )
  })
})
