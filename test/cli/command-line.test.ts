import { describe, expect, it } from 'vitest'
import { brazier, ended, inOwnProcess, newFolder, start } from './support/brazier.ts'

const COMMANDS = [
  'init',
  'check',
  'plan',
  'apply',
  'sync',
  'resync',
  'retire',
  'status',
  'runs',
  'rejections',
  'sandbox',
]

describe('help', () => {
  it('lists every command and every exit code on stdout', async () => {
    const { code, stdout, stderr } = await brazier(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    for (const exit of ['0', '1', '2', '3', '4', '75', '130, 143'])
      expect(stdout).toMatch(new RegExp(`^  ${exit}  `, 'm'))
  })

  it.each(COMMANDS)('%s has examples, and the options of all', async (command) => {
    const { code, stdout } = await brazier([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`Examples:\n  brazier ${command}`))
    expect(stdout).toContain('--project <dir>')
  })

  it('tells the version', async () => {
    const { code, stdout } = await inOwnProcess(['--version'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a command line that is wrong', () => {
  it.each([
    [['plna'], "unknown command 'plna'\n(Did you mean plan?)"],
    [['sync', '--deu'], "unknown option '--deu'\n(Did you mean --due?)"],
    [['apply'], "missing required argument 'plan'"],
    [['resync'], "missing required argument 'name'"],
    [['status', 'vip'], 'too many arguments'],
    [['runs', '--limit', 'all'], '--limit must be a whole number'],
    [['sync', '--wait', 'soon'], '--wait must be a duration'],
    [['retire', 'vip*'], 'exact name'],
    [['apply', 'r-1'], 'no id of a plan'],
    [['help', 'explain'], 'error: no command is called explain\n'],
    [['--verbose', 'help', 'pln'], 'error: no command is called pln\n(Did you mean plan?)\n'],
  ])('%j exits 2 and says why', async (words, why) => {
    const { code, stdout, stderr } = await brazier(words)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(why)
  })

  it('with --json an object says so, too', async () => {
    const { code, stdout } = await inOwnProcess(['--json', 'plna'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      error: { message: "unknown command 'plna'", hint: '(Did you mean plan?)' },
    })
  })

  it('nothing at all shows the help, and is no success', async () => {
    const { code, stdout, stderr } = await brazier([])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Usage: brazier')
  })
})

describe('a folder that is no project', () => {
  it('exits 2 with the remedy, whichever side of the command --project stands', async () => {
    const folder = await newFolder()
    for (const words of [
      ['--project', folder, 'plan'],
      ['plan', '--project', folder],
    ]) {
      const { code, stdout, stderr } = await inOwnProcess(words)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(`config/brazier.yaml: there is no such file in ${folder}`)
      expect(stderr).toContain('brazier init')
      expect(stderr).not.toContain('    at ')
    }
  })

  it('with --json is one object', async () => {
    const { code, stdout } = await brazier(['status', '--json'], { cwd: await newFolder() })
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.problems).toHaveLength(1)
  })

  it('shows where an error comes from only with --verbose', async () => {
    const { stderr } = await brazier(['plan', '--verbose'], { cwd: await newFolder() })
    expect(stderr).toContain('    at ')
  })
})

it('a reader who goes away is no error', async () => {
  const child = start(['--help'])
  child.stdout?.destroy()
  const { code, stderr } = await ended(child)
  expect([code, stderr]).toEqual([0, ''])
})
