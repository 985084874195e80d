// Decides which files the dashboard is made of: what the browser gets under which path, and of which type. Read once, when
// the service starts.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname } from 'node:path'

export interface DashboardFile {
  /** Without a leading slash, as in `parts/chart.js`. */
  readonly path: string
  readonly type: string
  readonly body: Buffer
  readonly etag: string
}

const WEB = new URL('./web/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Joined in this order to one style sheet, after that of the charts. */
const STYLES = ['tokens', 'base', 'shell', 'parts', 'pages', 'phone']

export function dashboardFiles(): readonly DashboardFile[] {
  const resolve = createRequire(import.meta.url).resolve
  const served = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => TYPES[extname(path)] !== undefined && !path.startsWith('styles/'))
    .sort()
    .map((path) => file(path, readFileSync(new URL(path, WEB))))
  const styles = [
    readFileSync(resolve('uplot/dist/uPlot.min.css')),
    ...STYLES.map((name) => readFileSync(new URL(`styles/${name}.css`, WEB))),
  ]
  return [
    ...served,
    file('style.css', Buffer.concat(styles)),
    file('vendor/uplot.js', readFileSync(resolve('uplot/dist/uPlot.esm.js'))),
  ]
}

function file(path: string, body: Buffer): DashboardFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { path, type: TYPES[extname(path)] ?? 'application/octet-stream', body, etag }
}
