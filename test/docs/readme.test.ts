// Decides that what the README and the pages of docs/ name is there: commands, options, settings, files, scripts, codes.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { makeProgram } from '../../src/cli/program.ts'
import { configJsonSchema } from '../../src/project/json-schema.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')
const PAGES = ['README.md', ...globSync('docs/*.md', { cwd: ROOT })]
const README = read('README.md')

const nothing = () => undefined
const program = makeProgram({ version: '0', out: nothing, err: nothing, act: async () => undefined })
const commandNamed = (name: string): Command | undefined =>
  program.commands.find((command) => command.name() === name)
const longOptions = (command: Command | undefined) => command?.options.map((option) => option.long) ?? []

/** Spans of code, and the lines of blocks of code. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    (block ?? '').split('\n'),
  )
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span]) => span ?? '',
  )
  return [...blocks, ...spans]
}

/** `brazier sync --due`, wherever it stands: the words after the program's name, up to a comment or another command. */
function typedCommands(text: string): string[][] {
  return codeOf(text)
    .flatMap((code) => [...code.matchAll(/(?:^|npx )brazier ([a-z][^#|&;·]*)/g)])
    .map(([, words]) => (words ?? '').trim().split(/\s+/))
}

describe('the pages', () => {
  it.each(PAGES)('%s names commands and options that exist', (page) => {
    for (const [name = '', ...words] of typedCommands(read(page))) {
      if (name === 'help') continue
      const command = commandNamed(name)
      expect(command, `brazier ${name}`).toBeDefined()
      const known = [...longOptions(command), ...longOptions(program)]
      for (const word of words.filter((word) => word.startsWith('--')))
        expect(known, `brazier ${name}`).toContain(word)
    }
  })

  it.each(PAGES)('%s names files that exist', (page) => {
    const named = codeOf(read(page)).flatMap(
      (code) => code.match(/^(?:src|test|docs|sql|config|\.ci)\/[\w./-]*\w$/) ?? [],
    )
    const linked = [...read(page).matchAll(/\]\(([^):#]+)\)/g)].map(([, path]) => path ?? '')
    for (const path of named) expect(existsSync(`${ROOT}${path}`), path).toBe(true)
    for (const path of linked) expect(existsSync(join(ROOT, dirname(page), path)), path).toBe(true)
  })

  it.each(PAGES)('%s names scripts that exist', (page) => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
    const named = codeOf(read(page)).flatMap((code) =>
      [...code.matchAll(/npm run (?:--silent )?([a-z]+)/g)].map(([, name]) => name),
    )
    for (const name of named) expect(scripts).toContain(name)
  })
})

describe('README.md', () => {
  const rowsUnder = (heading: string): string[][] => {
    const section = README.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? ''
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    return rows.slice(1).map((row) => row.split('|').map((cell) => cell.trim()))
  }

  it('has the two commands that a newcomer types', () => {
    const blocks = [...README.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block?.trim())
    expect(blocks.slice(0, 2)).toEqual(['npm ci && npm run demo', 'npm test'])
  })

  it('lists every command', () => {
    const listed = rowsUnder('## Commands').map(([, cell]) => /^`brazier ([a-z]+)/.exec(cell ?? '')?.[1])
    expect(listed.sort()).toEqual(program.commands.map((command) => command.name()).sort())
  })

  it('names every option, and no other', () => {
    const section = README.split('\n## Commands\n')[1]?.split('\n## ')[0] ?? ''
    const named = new Set(section.match(/--[a-z][a-z-]*/g))
    const all = new Set([program, ...program.commands].flatMap(longOptions))
    all.delete('--version')
    expect([...named].sort()).toEqual([...all].sort())
  })

  it('lists the exit codes that the help lists', () => {
    const help: string[] = []
    program.configureOutput({ writeOut: (text) => void help.push(text) }).outputHelp()
    const codes = (text: string) => text.split(',').map((code) => code.trim())
    const told = [...help.join('').matchAll(/^ {2}(\d[\d, ]*?) {2}/gm)].flatMap(([, found]) =>
      codes(found ?? ''),
    )
    const listed = rowsUnder('### Exit codes').flatMap(([, cell]) => codes(cell ?? ''))
    expect(listed).toEqual(told)
    expect(listed).toContain('75')
  })

  it('names settings that exist', () => {
    const schema = JSON.stringify(configJsonSchema())
    const settings = rowsUnder('## Settings').map(([, cell]) => cell?.replaceAll('`', '') ?? '')
    expect(settings.length).toBeGreaterThan(10)
    for (const setting of settings) {
      for (const key of setting.split('.')) expect(schema, setting).toContain(`"${key}":`)
    }
    expect(settings.every((setting) => read('docs/settings.md').includes(`| \`${setting}\` |`))).toBe(true)
  })
})
