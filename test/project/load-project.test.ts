import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ProjectError } from '../../src/model/errors.ts'
import { loadProject } from '../../src/project/load-project.ts'
import { CONFIG, load, problemsOf, projectFolder, refusalOf } from './project-folder.ts'

const SELECT = 'select 1 as external_id'

describe('loadProject', () => {
  it('makes a project of a folder', async () => {
    const directory = await projectFolder({
      'sql/audiences/vip.sql': `/* ---\nschedule: every 15 minutes\n--- */\n${SELECT};`,
      'sql/audiences/eu/deep/lapsed.sql': SELECT,
      'sql/properties/quiz.sql': SELECT,
    })
    const project = await loadProject({
      directory,
      env: { BRAZE_API_KEY: 'secret:{#yes' },
      requireApiKey: true,
    })
    expect(project).toMatchObject({
      name: 'shop',
      directory,
      warehouse: { type: 'duckdb', path: join(directory, 'shop.duckdb') },
      store: { type: 'duckdb', path: join(directory, 'state/brazier.duckdb') },
      braze: { apiKey: 'secret:{#yes' },
      maxDurationSeconds: 720,
      planExpireHours: 24,
      historyDays: 90,
    })
    expect(project.syncs.map(({ name, kind, file }) => [name, kind, file])).toEqual([
      ['lapsed', 'audience', 'sql/audiences/eu/deep/lapsed.sql'],
      ['quiz', 'properties', 'sql/properties/quiz.sql'],
      ['vip', 'audience', 'sql/audiences/vip.sql'],
    ])
  })

  it('refuses links that lead nowhere, whose definitions would vanish', async () => {
    const directory = await projectFolder({ 'sql/audiences/vip.sql': SELECT })
    await symlink('gone.sql', join(directory, 'sql/audiences/lapsed.sql'))
    await symlink('gone', join(directory, 'sql/properties'))
    const refused = loadProject({ directory, env: { BRAZE_API_KEY: 'key' }, requireApiKey: true })
    await expect(refused).rejects.toMatchObject({
      exitCode: 2,
      problems: ['sql/audiences/lapsed.sql', 'sql/properties'].map((file) => ({
        file,
        message: 'is a link that leads nowhere',
        hint: 'Make what it leads to, or remove the link.',
      })),
    })
  })

  it('refuses a project without the folder sql', async () => {
    const directory = await projectFolder({})
    const loaded = () => loadProject({ directory, env: { BRAZE_API_KEY: 'key' }, requireApiKey: true })
    expect((await loaded()).syncs).toEqual([])
    await rm(join(directory, 'sql'), { recursive: true })
    await expect(loaded()).rejects.toMatchObject({
      exitCode: 2,
      problems: [{ file: 'sql', message: `there is no such folder in ${directory}` }],
    })
    await writeFile(join(directory, 'sql'), '')
    await expect(loaded()).rejects.toMatchObject({
      exitCode: 2,
      problems: [{ file: 'sql', message: 'is a file, and should be the folder of the SQL files' }],
    })
  })

  it('needs no SQL files, and counts by the default schedule then', async () => {
    const project = await load({ 'config/brazier.yaml': `${CONFIG}defaults: { schedule: daily }\n` })
    expect(project.syncs).toEqual([])
    expect(project.maxDurationSeconds).toBe(0.8 * 86_400)
  })

  it('obeys max_duration', async () => {
    const project = await load({ 'config/brazier.yaml': `${CONFIG}max_duration: 10m\n` })
    expect(project.maxDurationSeconds).toBe(600)
  })

  it('reads CRLF and a byte order mark as if they were not there', async () => {
    const text = `/* ---\ntags: [a]\n--- */\nselect 1\nas external_id;`
    const windows = `\ufeff${text.replaceAll('\n', '\r\n')}`
    const plain = await load({ 'sql/audiences/vip.sql': text })
    const other = await load({
      'config/brazier.yaml': `\ufeff${CONFIG.replaceAll('\n', '\r\n')}`,
      'sql/audiences/vip.sql': windows,
    })
    expect(other.syncs).toEqual(plain.syncs)
    expect(other.name).toBe('shop')
  })

  it('says one thing when there is no configuration', async () => {
    const directory = await projectFolder({ 'sql/audiences/BAD.sql': '' })
    const elsewhere = join(directory, 'sql')
    const loading = loadProject({ directory: elsewhere, env: {}, requireApiKey: false })
    await expect(loading).rejects.toThrow(ProjectError)
    await expect(loading).rejects.toMatchObject({
      exitCode: 2,
      problems: [
        {
          file: 'config/brazier.yaml',
          message: `there is no such file in ${elsewhere}`,
          hint: 'Make a new project with `brazier init`.',
        },
      ],
    })
  })

  it('finds the file that has the wrong extension', async () => {
    const directory = await projectFolder({})
    await mkdir(join(directory, 'other/config'), { recursive: true })
    await writeFile(join(directory, 'other/config/brazier.yml'), CONFIG)
    await expect(
      loadProject({ directory: join(directory, 'other'), env: {}, requireApiKey: false }),
    ).rejects.toMatchObject({
      problems: [{ hint: 'Rename config/brazier.yml to brazier.yaml.' }],
    })
  })

  it('reports every problem at once, in order, with file and line', async () => {
    const problems = await problemsOf({
      'config/brazier.yaml': `${CONFIG}plan: {}\nguards:\n  max_removes: many\n`,
      'sql/audiences/a.sql': '/* ---\nattribute: shared\n--- */\nselect 1;\nselect 2;',
      'sql/audiences/b.sql': '/* ---\ntags: [x]\nattribute: shared\nwas: a\n--- */\nselect 1',
      'sql/audiences/broken.sql': "/* ---\nscheduel: daily\n--- */\nselect 'x",
      'sql/audiences/sub/a.sql': SELECT,
      'sql/properties/empty.sql': '\n',
      'sql/event/e.sql': SELECT,
      'sql/events/e.sql': SELECT,
      'sql/events/f.sql': SELECT,
      'sql/loose.sql': SELECT,
      'sql/audiences/Bad-Name.sql': SELECT,
      'sql/audiences/latin.sql': Uint8Array.from([0x73, 0xe9]),
    })
    expect(problems).toEqual([
      'config/brazier.yaml:6: unknown key plan',
      'config/brazier.yaml:8: guards.max_removes must be a whole number of people, or a share such as 20%',
      'sql/audiences/Bad-Name.sql: a file name must start with a small letter and hold small letters, digits and _, 40 at most',
      'sql/audiences/a.sql:5: a second statement starts here',
      'sql/audiences/b.sql:3: writes the attribute shared, and so does sql/audiences/a.sql',
      'sql/audiences/b.sql:4: was: a names a sync that is still here, sql/audiences/a.sql',
      'sql/audiences/broken.sql:2: unknown key scheduel',
      'sql/audiences/broken.sql:4: the string that starts here has no end',
      'sql/audiences/latin.sql: is not a text in UTF-8',
      'sql/audiences/sub/a.sql: has the same name as sql/audiences/a.sql',
      'sql/event: the folder event is no kind of sync',
      'sql/events: this version does not run events yet',
      'sql/loose.sql: stands directly in sql/, so its kind is not known',
      'sql/properties/empty.sql:1: the file holds no SELECT',
    ])
  })

  it('checks the SQL files of a project whose configuration is broken', async () => {
    const problems = await problemsOf({
      'config/brazier.yaml': 'warehouse: [',
      'sql/audiences/a.sql': 'select 1; select 2',
    })
    expect(problems).toHaveLength(2)
    expect(problems[1]).toBe('sql/audiences/a.sql:1: a second statement starts here')
  })

  it('suggests the folder that was meant', async () => {
    const error = await refusalOf({ 'sql/audience/a.sql': SELECT })
    expect(error.problems).toEqual([
      {
        file: 'sql/audience',
        message: 'the folder audience is no kind of sync',
        hint: 'Did you mean audiences?',
      },
    ])
  })

  it.each(['events', 'purchases', 'subscriptions', 'catalogs', 'catalog', 'deletions'])(
    'does not run %s yet',
    async (folder) => {
      expect(await problemsOf({ [`sql/${folder}/a.sql`]: SELECT })).toEqual([
        `sql/${folder}: this version does not run ${folder} yet`,
      ])
    },
  )

  it('takes names of 40 characters, no more', async () => {
    const name = `a${'1'.repeat(39)}`
    expect((await load({ [`sql/audiences/${name}.sql`]: SELECT })).syncs[0]?.name).toBe(name)
    expect(await problemsOf({ [`sql/audiences/${name}2.sql`]: SELECT })).toHaveLength(1)
    expect(await problemsOf({ 'sql/audiences/a.SQL': SELECT })).toEqual([
      'sql/audiences/a.SQL: the extension must be .sql, in small letters',
    ])
  })

  it('follows links to files and folders; passes over hidden files and other extensions', async () => {
    const directory = await projectFolder({
      'sql/audiences/vip.sql': SELECT,
      'sql/audiences/.vip.sql.swp': 'x',
      'sql/audiences/.hidden.sql': 'x',
      'sql/.git/x.sql': 'x',
      'sql/audiences/README.md': 'x',
      'sql/notes/README.md': 'x',
      'elsewhere/linked.sql': SELECT,
      'elsewhere/more/quiz.sql': SELECT,
    })
    await symlink(join(directory, 'elsewhere/linked.sql'), join(directory, 'sql/audiences/linked.sql'))
    await symlink(join(directory, 'elsewhere/more'), join(directory, 'sql/properties'))
    // Back to where it came from: nothing new, and no end.
    await symlink(join(directory, 'sql/audiences'), join(directory, 'sql/audiences/again'))
    await symlink('..', join(directory, 'sql/audiences/up'))
    const project = await loadProject({ directory, env: { BRAZE_API_KEY: 'k' }, requireApiKey: true })
    expect(project.syncs.map((sync) => sync.name)).toEqual(['linked', 'quiz', 'vip'])
  })
})

describe('syncs side by side', () => {
  const flag = (attribute: string) => `/* ---\nattribute: ${attribute}\n--- */\n${SELECT}`
  const list = (attribute: string) => `/* ---\nmembership: list\nattribute: ${attribute}\n--- */\n${SELECT}`
  const rename = (target: string) => `/* ---\nrename:\n  x: ${target}\n--- */\n${SELECT}`

  it.each([
    [
      'two flags',
      { 'sql/audiences/a.sql': flag('z'), 'sql/audiences/b.sql': flag('z') },
      'sql/audiences/b.sql:2:',
    ],
    [
      'a flag by name',
      { 'sql/audiences/a.sql': flag('b'), 'sql/audiences/b.sql': SELECT },
      'sql/audiences/b.sql:',
    ],
    [
      'a flag and a list',
      { 'sql/audiences/a.sql': flag('z'), 'sql/audiences/b.sql': list('z') },
      'sql/audiences/b.sql:3:',
    ],
    [
      'a flag and a rename',
      { 'sql/audiences/a.sql': flag('z'), 'sql/properties/b.sql': rename('z') },
      'sql/properties/b.sql:3:',
    ],
    [
      'a list and a rename',
      { 'sql/audiences/a.sql': list('z'), 'sql/properties/b.sql': rename('z') },
      'sql/properties/b.sql:3:',
    ],
  ])('refuses one attribute written by %s', async (_name, files, where) => {
    const attribute = where.endsWith('sql:') ? 'b' : 'z'
    expect(await problemsOf(files)).toEqual([
      `${where} writes the attribute ${attribute}, and so does sql/audiences/a.sql`,
    ])
  })

  it('refuses one attribute written by two renames', async () => {
    expect(
      await problemsOf({ 'sql/properties/a.sql': rename('z'), 'sql/properties/b.sql': rename('z') }),
    ).toEqual(['sql/properties/b.sql:3: writes the attribute z, and so does sql/properties/a.sql'])
  })

  it('lets lists share an attribute, and names differ by letter case', async () => {
    const project = await load({
      'sql/audiences/a.sql': list('z'),
      'sql/audiences/b.sql': list('z'),
      'sql/audiences/c.sql': flag('Z'),
    })
    expect(project.syncs).toHaveLength(3)
  })

  it('lets one file only take over a former name', async () => {
    const was = `/* ---\nwas: old\n--- */\n${SELECT}`
    expect(
      await problemsOf({
        'sql/audiences/a.sql': was,
        'sql/audiences/b.sql': was,
        'sql/audiences/c.sql': SELECT,
      }),
    ).toEqual(['sql/audiences/b.sql:2: was: old is claimed by sql/audiences/a.sql as well'])
    expect((await load({ 'sql/audiences/a.sql': was })).syncs[0]?.was).toBe('old')
  })

  it('lets no file take over the name of one that cannot be read', async () => {
    const was = `/* ---\nwas: old\n--- */\n${SELECT}`
    expect(
      await problemsOf({ 'sql/audiences/a.sql': was, 'sql/audiences/old.sql': Uint8Array.from([0xff]) }),
    ).toEqual([
      'sql/audiences/a.sql:2: was: old names a sync that is still here, sql/audiences/old.sql',
      'sql/audiences/old.sql: is not a text in UTF-8',
    ])
  })
})
