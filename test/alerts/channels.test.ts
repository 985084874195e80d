import { createHmac } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type Channel, channelsOf } from '../../src/alerts/channels.ts'
import type { News } from '../../src/alerts/news.ts'
import { post } from '../../src/alerts/post.ts'
import type { AlertSettings } from '../../src/model/alert-settings.ts'
import { startReceiver } from '../support/receiver.ts'
import { startSmtpReceiver } from '../support/smtp-receiver.ts'

const receiver = await startReceiver()
const mail = await startSmtpReceiver()
afterAll(async () => {
  await receiver.close()
  await mail.close()
})
beforeEach(() => {
  receiver.answer(200)
  receiver.received.length = 0
})

const NEWS: News = {
  begun: [
    {
      sync: 'vip',
      cause: 'held',
      since: '2026-03-04T09:00:00.000Z',
      text: 'max_removes: 40 <of> 50 people & more would leave',
      hint: 'If it is meant: brazier apply p-1',
    },
    { sync: '', cause: 'failed', since: '2026-03-04T10:00:00.000Z', text: 'Braze is out of reach' },
  ],
  recovered: [{ sync: 'quiz', causes: ['late'], since: '2026-03-01T00:30:00.000Z' }],
  lasting: [],
  over: [],
}
const NOW = new Date('2026-03-04T12:00:00.500Z')
const carriage = () => ({
  place: { project: 'shop', workspace: 'production', link: 'https://brazier.example' },
  version: '1.2.3',
  now: NOW,
  signal: AbortSignal.timeout(10_000),
})
function channel(settings: Partial<AlertSettings>): Channel {
  const [only, ...others] = channelsOf({
    rejectedAbove: { unit: 'people', count: 0 },
    lateAfter: 3,
    sizeDeviation: 6,
    digestSeconds: 86_400,
    ...settings,
  })
  expect(others).toEqual([])
  if (only === undefined) throw new Error('there is no channel')
  return only
}

describe('Slack', () => {
  it('gets one text, in its own markup', async () => {
    await channel({ slack: `${receiver.url}/services/T0/B0/key` }).send(NEWS, carriage())
    const [request, ...others] = receiver.received
    expect(others).toEqual([])
    expect(request?.path).toBe('/services/T0/B0/key')
    expect(JSON.parse(request?.body ?? '')).toEqual({
      text: [
        '*Brazier* shop, production: 1 held by a guard, 1 failed, 1 recovered',
        [
          '*New*',
          '• *vip*: held by a guard: max_removes: 40 &lt;of&gt; 50 people &amp; more would leave',
          '    If it is meant: brazier apply p-1',
          '• *the whole run*: failed: Braze is out of reach',
        ].join('\n'),
        '*Recovered*\n• *quiz*: no longer late (it was since 2026-03-01 00:30 UTC)',
        '<https://brazier.example|Dashboard>',
      ].join('\n\n'),
      unfurl_links: false,
    })
  })

  it('gets twenty entries at most', async () => {
    const begun = Array.from({ length: 200 }, (_, i) => ({ ...NEWS.begun[0]!, sync: `sync_${i}` }))
    await channel({ slack: receiver.url }).send({ ...NEWS, begun }, carriage())
    const { text } = JSON.parse(receiver.received[0]?.body ?? '') as { text: string }
    expect(text).toContain('200 held by a guard')
    expect(text).toContain('• *sync_19*')
    expect(text).not.toContain('• *sync_20*')
    expect(text).toContain('• and 180 more')
  })
})

describe('the webhook', () => {
  it('is signed over its id, its time and its body', async () => {
    await channel({ webhook: { url: `${receiver.url}/in`, secret: 's3cret' } }).send(NEWS, carriage())
    const { headers, body } = receiver.received[0]!
    const id = String(headers['webhook-id'])
    expect(id).toMatch(/^msg_[0-9a-f-]{36}$/)
    expect(headers['webhook-timestamp']).toBe('1772625600')
    const digest = createHmac('sha256', 's3cret').update(`${id}.1772625600.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${digest}`)
    expect(headers['user-agent']).toBe('brazier/1.2.3')
    expect(JSON.parse(body)).toEqual({
      type: 'brazier.alerts',
      timestamp: '2026-03-04T12:00:00.500Z',
      data: {
        project: 'shop',
        workspace: 'production',
        link: 'https://brazier.example',
        begun: [{ ...NEWS.begun[0] }, { ...NEWS.begun[1], sync: null, hint: null }],
        recovered: [{ sync: 'quiz', causes: ['late'], since: '2026-03-01T00:30:00.000Z' }],
        lasting: [],
      },
    })
  })

  it('takes a secret in the form of Standard Webhooks', async () => {
    const key = Buffer.from('0123456789abcdef')
    const secret = `whsec_${key.toString('base64')}`
    await channel({ webhook: { url: receiver.url, secret } }).send(NEWS, carriage())
    const { headers, body } = receiver.received[0]!
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(text).digest('base64')}`)
  })
})

describe('e-mail', () => {
  const settings = (user = '') => ({
    smtp: `smtp://${user}127.0.0.1:${mail.port}`,
    from: 'brazier@shop.example',
    to: ['data@shop.example', 'crm@shop.example'],
  })

  it('is plain text to everybody named, with the user and password of the address', async () => {
    await channel({ email: settings('ana:p%40ss@') }).send(NEWS, carriage())
    const [sent] = mail.mails
    expect(sent).toMatchObject({
      user: '|ana|p@ss',
      from: 'brazier@shop.example',
      to: ['data@shop.example', 'crm@shop.example'],
    })
    expect(sent?.text.replace(/\n /g, ' ')).toContain(
      'Subject: Brazier: shop, production: 1 held by a guard, 1 failed, 1 recovered',
    )
    expect(sent?.text).toContain(
      '- vip\n  held by a guard: max_removes: 40 <of> 50 people & more would leave',
    )
    expect(sent?.text).toContain('https://brazier.example')
  })

  it('that is refused says so without naming anybody', async () => {
    mail.refuse()
    await expect(channel({ email: settings() }).send(NEWS, carriage())).rejects.toThrow(
      /^EENVELOPE \(SMTP 550\)$/,
    )
  })

  it('to a server that says nothing is given up in time', async () => {
    const silent = { ...settings(), smtp: receiver.url.replace('http:', 'smtp:') }
    const sending = channel({ email: silent }).send(NEWS, { ...carriage(), signal: AbortSignal.timeout(50) })
    await expect(sending).rejects.toThrow('no answer in time')
  })
})

describe('post', () => {
  const request = (url: string, ms = 10_000) => ({
    url,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(ms),
  })

  it('tries again after a 500, three times in all', async () => {
    receiver.answer(503)
    await expect(post(request(receiver.url))).rejects.toThrow(/^HTTP 503$/)
    expect(receiver.received).toHaveLength(3)
  })

  it.each([404, 302])('takes a %i as an answer, and follows nobody', async (status) => {
    receiver.answer(status)
    await expect(post(request(receiver.url))).rejects.toThrow(`HTTP ${status}`)
    expect(receiver.received).toHaveLength(1)
  })

  it('never names the address, whatever goes wrong', async () => {
    receiver.answer(0)
    await expect(post(request(`${receiver.url}/secret`, 60))).rejects.toThrow(/^no answer in time$/)
    await expect(post(request('http://127.0.0.1:1/secret'))).rejects.toThrow(/^(ECONNREFUSED|no connection)$/)
  })
})
