// Decides how a test stands in for a mail server: it speaks just enough SMTP (RFC 5321, AUTH PLAIN of RFC 4954) to take a
// mail, or to refuse one.

import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface Mail {
  readonly user: string | undefined
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
}

export interface SmtpReceiver {
  readonly port: number
  readonly mails: readonly Mail[]
  /** Refuses every recipient from now on. */
  refuse(): void
  close(): Promise<void>
}

export async function startSmtpReceiver(): Promise<SmtpReceiver> {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  let refuses = false
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // Whoever gave up may be gone while we still speak.
    socket.on('error', () => undefined)
    converse(socket, { keep: (mail) => mails.push(mail), refuses: () => refuses })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    refuse: () => {
      refuses = true
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Post {
  keep(mail: Mail): void
  refuses(): boolean
}

function converse(socket: Socket, { keep, refuses }: Post): void {
  let [rest, user, from] = ['', undefined as string | undefined, '']
  let to: string[] = []
  let data: string[] | undefined
  const say = (line: string) => void socket.write(`${line}\r\n`)
  const command = (line: string) => {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'EHLO') return say('250-receiver\r\n250 AUTH PLAIN')
    if (verb === 'AUTH') {
      user = Buffer.from(line.split(' ')[2] ?? '', 'base64')
        .toString()
        .replaceAll('\0', '|')
      return say('235 ok')
    }
    if (verb === 'MAIL') from = addressIn(line)
    if (verb === 'RCPT' && refuses()) return say('550 nobody here by that name')
    if (verb === 'RCPT') to.push(addressIn(line))
    if (verb === 'QUIT') return void socket.end('221 bye\r\n')
    if (verb !== 'DATA') return say('250 ok')
    data = []
    say('354 go on')
  }
  const line = (text: string) => {
    if (data === undefined) return command(text)
    if (text !== '.') return void data.push(text.replace(/^\./, ''))
    keep({ user, from, to, text: data.join('\n') })
    ;[data, to] = [undefined, []]
    say('250 taken')
  }
  say('220 receiver')
  socket.on('data', (part) => {
    const lines = (rest + part).split('\r\n')
    rest = lines.pop() ?? ''
    for (const text of lines) line(text)
  })
}

const addressIn = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? ''
