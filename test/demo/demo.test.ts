// Decides that the demo plays to its end, says what it should, and fails loudly where something is not as it says.

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
  it('plays to its end', { timeout: 120_000 }, async () => {
    const folder = await newFolder()
    const { exitCode, stdout, stderr } = await play(folder)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    const commands = stdout.match(/^\$ npx brazier .*$/gm)?.map((line) => line.slice('$ npx brazier '.length))
    expect(commands).toEqual(['check', 'plan', 'sync', 'plan', 'sync', 'sync', 'sync', 'plan'])
    for (const said of [
      'ok: 6 syncs checked; no rows read, nothing sent',
      '5,000 objects in 67 requests',
      '~  outgrow_quiz_score      58                          91',
      '~  audiences               ["quiz_lead"]               ["newsletter_engaged"]',
      'held outgrow_quiz: nothing of it was sent',
      'Nothing to do. Braze holds what the warehouse says.',
    ]) {
      expect(stdout).toContain(said)
    }
    expect(stdout).toMatch(/brazier apply p-\d{8}-\d{6}-\w{6}/)
    // No colours where nobody sees them.
    expect(stdout).not.toContain('\u001b')
  })

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
