import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { lineageSettings } from '../../src/cli/lineage-settings.ts'
import { lineageFor } from '../../src/cli/observed-run.ts'
import type { SyncReport } from '../../src/ledger/runs.ts'
import { type LineageSettings, openLineage } from '../../src/lineage/lineage.ts'
import type { BrazeSettings, Project } from '../../src/model/definition.ts'
import { type Log, type LogFields, silentLog } from '../../src/model/log.ts'
import type { RunReport } from '../../src/run/report.ts'
import { startReceiver } from '../support/receiver.ts'

const receiver = await startReceiver()
afterAll(() => receiver.close())
beforeEach(() => {
  receiver.answer(200)
  receiver.received.length = 0
})

const project = {
  name: 'shop',
  braze: { endpoint: 'https://rest.fra-01.braze.eu', workspace: 'production' } as BrazeSettings,
}
const PARENT = '0198c9a0-0000-7000-8000-000000000001'
const settings = (env: Record<string, string> = {}): LineageSettings => {
  const found = lineageSettings({ OPENLINEAGE_URL: receiver.url, ...env }, project, '1.2.3')
  if (found === undefined) throw new Error('there are no settings')
  return found
}

const ended = (sync: Partial<SyncReport>) =>
  ({ name: 'vip', status: 'succeeded', sent: 7, heldBy: [], error: null, ...sync }) as SyncReport
const reportOf = (...syncs: SyncReport[]) =>
  ({ run: 'r-1', startedAt: '2026-03-04T12:00:00.000Z', syncs }) as unknown as RunReport
const STARTED = new Date('2026-03-04T12:00:00Z')
const ENDED = new Date('2026-03-04T12:01:00Z')

interface Event {
  readonly eventType: string
  readonly eventTime: string
  readonly run: { readonly runId: string; readonly facets: Record<string, { message?: string }> }
  readonly job: { readonly name: string; readonly facets: Record<string, { query?: string }> }
}
const events = (): Event[] => receiver.received.map(({ body }) => JSON.parse(body) as Event)

describe('lineage', () => {
  it('is a START and a COMPLETE of one run, with the SQL and the people sent', async () => {
    const lineage = openLineage(
      settings({ OPENLINEAGE_API_KEY: 'key', OPENLINEAGE_PARENT_ID: `dags/shop.sync/${PARENT}` }),
      silentLog,
    )
    lineage.started([{ name: 'vip', sql: '\n\nselect 1 as external_id' }], STARTED)
    await lineage.ended(reportOf(ended({})), ENDED)
    expect(receiver.received.map(({ path }) => path)).toEqual(['/api/v1/lineage', '/api/v1/lineage'])
    expect(receiver.received[0]?.headers.authorization).toBe('Bearer key')
    const [start, end] = events()
    expect(start?.run.runId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(start).toMatchObject({
      eventType: 'START',
      eventTime: '2026-03-04T12:00:00.000Z',
      producer: 'urn:brazier:1.2.3',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { facets: { parent: { run: { runId: PARENT }, job: { namespace: 'dags', name: 'shop.sync' } } } },
      job: {
        namespace: 'brazier',
        name: 'shop.production.vip',
        facets: { sql: { query: 'select 1 as external_id' }, jobType: { processingType: 'BATCH' } },
      },
      inputs: [],
      outputs: [{ namespace: 'braze://rest.fra-01.braze.eu', name: 'production.vip' }],
    })
    expect(end).toMatchObject({
      eventType: 'COMPLETE',
      run: { runId: start?.run.runId },
      outputs: [{ outputFacets: { outputStatistics: { rowCount: 7 } } }],
    })
  })

  it.each([
    ['failed', 'FAIL', { error: 'no such table' }, 'no such table'],
    ['held', 'ABORT', { heldBy: ['min_rows: a', 'max_removes: b'] }, 'min_rows: a; max_removes: b'],
    ['skipped', 'ABORT', {}, undefined],
    ['partial', 'COMPLETE', {}, undefined],
    ['rejected', 'COMPLETE', {}, undefined],
  ] as const)('of a %s sync ends in %s; one not known before gets its START at the end', async (...what) => {
    const [status, type, more, message] = what
    await openLineage(settings(), silentLog).ended(reportOf(ended({ status, ...more })), ENDED)
    expect(events().map(({ eventType, eventTime }) => [eventType, eventTime])).toEqual([
      ['START', '2026-03-04T12:00:00.000Z'],
      [type, '2026-03-04T12:01:00.000Z'],
    ])
    expect(events()[1]?.run.facets.errorMessage?.message).toBe(message)
  })

  it('that nobody takes is one warning, and no harm', async () => {
    receiver.answer(400)
    const warnings: (LogFields | undefined)[] = []
    const log: Log = { ...silentLog, warn: (_event, fields) => void warnings.push(fields) }
    const lineage = openLineage(settings(), log)
    lineage.started([], STARTED)
    await lineage.ended(reportOf(...Array.from({ length: 20 }, (_, i) => ended({ name: `s${i}` }))), ENDED)
    expect(warnings).toEqual([{ events: 40, of: 40, reason: 'HTTP 400' }])
  })
})

describe('its settings', () => {
  it('are none unless somebody asked', () => {
    expect(lineageSettings({}, project, '1')).toBeUndefined()
    const off = { OPENLINEAGE_URL: 'http://marquez:5000', OPENLINEAGE_DISABLED: 'true' }
    expect(lineageSettings(off, project, '1')).toBeUndefined()
  })

  it('refuse what is no address, and ignore a parent in another form', () => {
    expect(() => lineageSettings({ OPENLINEAGE_URL: 'marquez' }, project, '1')).toThrow(
      'OPENLINEAGE_URL must',
    )
    expect(settings({ OPENLINEAGE_PARENT_ID: 'something' }).parent).toBeUndefined()
  })

  it('that are wrong stop no run', () => {
    const warnings: string[] = []
    const log: Log = { ...silentLog, warn: (event) => void warnings.push(event) }
    const call = { env: { OPENLINEAGE_URL: 'marquez' }, version: '1' }
    expect(lineageFor(call, { project: project as Project, log })).toBeUndefined()
    expect(warnings).toEqual(['lineage.off'])
    expect(lineageFor({ env: {}, version: '1' }, { project: project as Project, log })).toBeUndefined()
    expect(warnings).toHaveLength(1)
  })
})
