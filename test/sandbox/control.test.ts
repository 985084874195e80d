// What another process can see of the sandbox, and ask of it, under /__sandbox/.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { get, openSandbox, people, post } from './talk.ts'

describe('looking', () => {
  it('shows one profile, every digit kept', async () => {
    const sandbox = await openSandbox({ now: () => 7 })
    await post(
      sandbox,
      '{"attributes":[{"external_id":"a b","email":"a@example.com","big":9007199254740993,"f":1.0}]}',
    )
    const answer = await get(sandbox, '/__sandbox/profile?external_id=a%20b')
    expect(answer.text).toContain('"custom_attributes":{"big":9007199254740993,"f":1.0}')
    expect(answer.body).toMatchObject({
      external_id: 'a b',
      fields: { email: 'a@example.com' },
      types: { big: 'integer', f: 'float' },
      created_at: 7,
    })
    expect((await get(sandbox, '/__sandbox/profile?email=a@example.com')).body.external_id).toBe('a b')
    expect((await get(sandbox, '/__sandbox/profile?external_id=x')).status).toBe(404)
    expect((await get(sandbox, '/__sandbox/profile')).status).toBe(400)
  })

  it('pages through all profiles in order of creation', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: people(25) })
    const seen: string[] = []
    let next: string | null = ''
    for (let page = 0; page < 3 && next !== null; page += 1) {
      const cursor: string = next === '' ? '' : `&after=${next}`
      const { body } = await get(sandbox, `/__sandbox/profiles?limit=10${cursor}`)
      expect(body.total).toBe(25)
      seen.push(...body.profiles.map((profile: { external_id: string }) => profile.external_id))
      next = body.next
    }
    expect(seen).toEqual(people(25).map((person) => person.external_id))
    expect(next).toBeNull()
  })

  it('shows meter and requests, and counts neither itself nor them', async () => {
    const sandbox = await openSandbox()
    await post(sandbox, { attributes: people(2) })
    await post(sandbox, { attributes: people(3) })
    expect((await get(sandbox, '/__sandbox/meter')).body).toMatchObject({
      requests: 2,
      objects: 5,
      dataPoints: 5,
    })
    const { body } = await get(sandbox, '/__sandbox/requests?after=1')
    expect(body.requests).toMatchObject([{ number: 2, path: '/users/track', status: 201, objects: 3 }])
    expect(sandbox.requests).toHaveLength(2)
  })

  it('answers 404 to other pages', async () => {
    const sandbox = await openSandbox()
    expect((await get(sandbox, '/__sandbox/other')).status).toBe(404)
  })
})

describe('faults from outside', () => {
  const inject = async (fault: object) => {
    const sandbox = await openSandbox()
    return { sandbox, answer: await post(sandbox, fault, { path: '/__sandbox/faults' }) }
  }

  it('are injected, listed and removed', async () => {
    const { sandbox, answer } = await inject({ kind: 'status', status: 503, times: 'always' })
    expect([answer.status, answer.body]).toEqual([201, { id: 1 }])
    expect((await post(sandbox, { attributes: people(1) })).status).toBe(503)
    const listed = await get(sandbox, '/__sandbox/faults')
    expect(listed.body).toEqual({ faults: [{ id: 1, kind: 'status', hits: 1, held: 0 }] })
    expect((await get(sandbox, '/__sandbox/faults?id=1', 'DELETE')).status).toBe(200)
    expect((await get(sandbox, '/__sandbox/faults?id=1', 'DELETE')).status).toBe(404)
    expect((await post(sandbox, { attributes: people(1) })).status).toBe(201)
  })

  it('can look at objects', async () => {
    const { sandbox } = await inject({
      kind: 'refuse',
      type: 'no',
      object: { attribute: 'n', pattern: '^1$' },
    })
    const { body } = await post(sandbox, { attributes: people(3) })
    expect(body.errors).toEqual([{ type: 'no', input_array: 'attributes', index: 1 }])
  })

  it('hold requests until released', async () => {
    const { sandbox } = await inject({ kind: 'hold' })
    const answer = post(sandbox, { attributes: people(1) })
    const held = async () => (await get(sandbox, '/__sandbox/faults')).body.faults[0].held
    await expect.poll(held).toBe(1)
    await get(sandbox, '/__sandbox/faults/release?id=1', 'POST')
    expect((await answer).status).toBe(201)
  })

  it.each([
    [{ kind: 'explode' }],
    [{ kind: 'status' }],
    [{ kind: 'status', status: 99 }],
    [{ kind: 'drop', when: 'later' }],
    [{ kind: 'queued', tims: 2 }],
    [{ kind: 'queued', object: { attribute: 'n', pattern: '(' } }],
  ])('are refused when they make no sense: %j', async (fault) => {
    const { sandbox, answer } = await inject(fault)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toMatch(/^Not a fault: /)
    expect((await get(sandbox, '/__sandbox/faults')).body.faults).toEqual([])
  })
})

describe('starting over', () => {
  it('reset forgets profiles, counts, faults and the rate limit', async () => {
    const sandbox = await openSandbox({ now: () => 1000, rateLimit: { limit: 1 } })
    await post(sandbox, { attributes: people(1) })
    sandbox.faults.inject({ kind: 'status', status: 500 })
    expect((await get(sandbox, '/__sandbox/reset', 'POST')).status).toBe(200)
    expect([sandbox.profiles(), sandbox.requests, sandbox.meter.requests]).toEqual([[], [], 0])
    expect((await post(sandbox, { attributes: people(1) })).status).toBe(201)
    expect(sandbox.profiles()).toHaveLength(1)
  })

  it('the state file carries everything over, every digit kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const stateFile = join(folder, 'state.json')
    const first = await openSandbox({ stateFile, now: () => Date.parse('2024-06-01T00:00:00Z') })
    await post(
      first,
      `{"attributes":[{"external_id":"a","email":"a@example.com","big":9007199254740993,"f":1.0,"l":["x"],
          "alias_name":"n","alias_label":"l"},{"email":"b@example.com","o":{"x":null,"y":1}}],
        "events":[{"external_id":"a","name":"seen","time":"2024-01-31T10:00:00Z"}]}`,
    )
    const before = first.profiles()
    await first.close()

    const second = await openSandbox({ stateFile })
    expect(second.profiles()).toEqual(before)
    await post(second, { attributes: [{ email: 'b@example.com', n: 1 }, { external_id: 'c' }] })
    await post(second, { attributes: [{ user_alias: { alias_name: 'n', alias_label: 'l' }, n: 2 }] })
    expect(second.profiles().map((profile) => [profile.externalId, profile.attributes.n])).toEqual([
      ['a', 2],
      [undefined, 1],
      ['c', undefined],
    ])
    expect(new Set(second.profiles().map((profile) => profile.brazeId)).size).toBe(3)
    expect(await readFile(stateFile, 'utf8')).toContain('"big":9007199254740993,"f":1.0')
  })

  it('a state file that is none is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const stateFile = join(folder, 'state.json')
    await expect(openSandbox({ stateFile: folder })).rejects.toMatchObject({
      message: `The sandbox's state file ${folder} is a folder.`,
      exitCode: 2,
    })
    await writeFile(stateFile, '{"version":9}')
    await expect(openSandbox({ stateFile })).rejects.toThrow('is not a state file of this sandbox')
    await writeFile(stateFile, 'x')
    await expect(openSandbox({ stateFile })).rejects.toThrow('is not JSON')
  })
})

describe('counting only', () => {
  it('counts objects and keeps none, limits and faults as ever', async () => {
    const sandbox = await openSandbox({ store: 'count-only' })
    const answer = await post(sandbox, { attributes: people(75) })
    expect([answer.status, answer.body]).toEqual([201, { message: 'success', attributes_processed: 75 }])
    expect((await post(sandbox, { attributes: people(76) })).status).toBe(400)
    expect((await post(sandbox, '{')).status).toBe(400)
    expect((await post(sandbox, 'null')).status).toBe(201)
    sandbox.faults.inject({ kind: 'status', status: 500, object: { external_id: 'p1' } })
    expect((await post(sandbox, { attributes: people(2) })).status).toBe(500)
    expect([sandbox.profiles(), sandbox.meter.objectsAccepted]).toEqual([[], 75])
  })
})
