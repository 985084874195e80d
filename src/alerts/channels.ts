// Decides through which channels alerts go, and how each of them carries news.

import { randomUUID } from 'node:crypto'
import type { AlertSettings } from '../model/alert-settings.ts'
import { sendEmail } from './email.ts'
import { messageOf, type Place, plainText, slackText } from './message.ts'
import type { News } from './news.ts'
import { post } from './post.ts'
import { signatureHeaders } from './signature.ts'

export interface Carriage {
  readonly place: Place
  readonly version: string
  readonly now: Date
  readonly signal: AbortSignal
}

export interface Channel {
  readonly name: 'slack' | 'webhook' | 'email'
  /** Resolves once the other side has taken it. */
  send(news: News, carriage: Carriage): Promise<void>
}

export function channelsOf({ slack, webhook, email }: AlertSettings): Channel[] {
  return [
    ...(slack === undefined ? [] : [slackChannel(slack)]),
    ...(webhook === undefined ? [] : [webhookChannel(webhook)]),
    ...(email === undefined ? [] : [emailChannel(email)]),
  ]
}

const jsonHeaders = (version: string): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': `brazier/${version}`,
})

function slackChannel(url: string): Channel {
  return {
    name: 'slack',
    send: async (news, { place, version, signal }) => {
      const body = JSON.stringify({ text: slackText(messageOf(news, place)), unfurl_links: false })
      await post({ url, headers: jsonHeaders(version), body, signal })
    },
  }
}

function webhookChannel({ url, secret }: NonNullable<AlertSettings['webhook']>): Channel {
  return {
    name: 'webhook',
    send: async (news, { place, version, now, signal }) => {
      const body = JSON.stringify(webhookBody(news, place, now))
      const signed = { id: `msg_${randomUUID()}`, timestamp: Math.floor(now.getTime() / 1000), body }
      const headers = { ...jsonHeaders(version), ...signatureHeaders(signed, secret) }
      await post({ url, headers, body, signal })
    },
  }
}

function webhookBody(news: News, { project, workspace, link }: Place, now: Date): unknown {
  return {
    type: 'brazier.alerts',
    timestamp: now.toISOString(),
    data: {
      project,
      workspace,
      link: link ?? null,
      begun: news.begun.map(alertJson),
      recovered: news.recovered.map(({ sync, ...rest }) => ({ sync: sync === '' ? null : sync, ...rest })),
      lasting: news.lasting.map(alertJson),
    },
  }
}

const alertJson = ({ sync, cause, since, text, hint }: News['begun'][number]): unknown => ({
  sync: sync === '' ? null : sync,
  cause,
  since,
  text,
  hint: hint ?? null,
})

function emailChannel(settings: NonNullable<AlertSettings['email']>): Channel {
  return {
    name: 'email',
    send: async (news, { place, signal }) => {
      const message = messageOf(news, place)
      await sendEmail(settings, { subject: `Brazier: ${message.subject}`, text: plainText(message), signal })
    },
  }
}
