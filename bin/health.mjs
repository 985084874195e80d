// The image's health check: whether the service answers. A container that runs a single command is healthy while it lives.
import { readFileSync } from 'node:fs'

/** What process 1 was started with; behind an init process its words stand further back. */
const words = readFileSync(process.argv[2] ?? '/proc/1/cmdline', 'utf8').split('\0')
const option = (name) =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ??
  (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)

if (words.includes('serve')) {
  const given = option('--host') ?? '127.0.0.1'
  const host = given === '0.0.0.0' || given === '::' ? '127.0.0.1' : given
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${option('--port') ?? 8080}/livez`
  const lives = await fetch(url, { signal: AbortSignal.timeout(4000) }).then(
    (answer) => answer.ok,
    () => false,
  )
  process.exit(lives ? 0 : 1)
}
