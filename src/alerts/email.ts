// Decides how an e-mail leaves: through the SMTP server of the settings, in bounded time, in plain text.

import { once } from 'node:events'
import type { EmailSettings } from '../model/alert-settings.ts'
import { codeOf, PostError } from './post.ts'

export interface Email {
  readonly subject: string
  readonly text: string
  readonly signal: AbortSignal
}

const STEP_MS = 5000

/** @throws PostError */
export async function sendEmail({ smtp, from, to }: EmailSettings, email: Email): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const url = new URL(smtp)
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (url.protocol === 'smtps:' ? 465 : 587),
    secure: url.protocol === 'smtps:',
    // A password never travels in clear, except to this machine.
    requireTLS: url.protocol === 'smtp:' && url.username !== '' && !isLoopback(url.hostname),
    ...(url.username === '' ? {} : { auth: { user: decoded(url.username), pass: decoded(url.password) } }),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const message = { from, to: [...to], subject: email.subject, text: email.text }
  // A name that cannot be reached within the time is left to itself; the process ends all the same.
  const late = once(email.signal, 'abort').then(() => {
    throw new PostError('no answer in time', true)
  })
  try {
    if (email.signal.aborted) throw new PostError('no answer in time', true)
    await Promise.race([transport.sendMail(message), late])
  } catch (error) {
    throw error instanceof PostError ? error : new PostError(replyOf(error), false)
  } finally {
    late.catch(() => undefined)
    transport.close()
  }
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host)

const decoded = (text: string): string => decodeURIComponent(text)

/** The code of the server's reply and nodemailer's own; the server's words may repeat what it was told. */
function replyOf(error: unknown): string {
  const reply =
    error instanceof Error && 'responseCode' in error ? ` (SMTP ${String(error.responseCode)})` : ''
  return `${codeOf(error)}${reply}`
}
