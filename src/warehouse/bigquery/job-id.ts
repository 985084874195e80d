// Decides the id and the labels of a job. The same statement for the same purpose has the same id, whoever asks; letters
// that BigQuery does not take are replaced, and a hash keeps apart what that makes equal. Pure.

import { createHash } from 'node:crypto'

export interface JobPurpose {
  /** Brazier's project. */
  readonly name: string
  readonly stage: string
  readonly sync?: string | undefined
  readonly run?: string | undefined
  /** What keeps this statement apart from an equal one of the same purpose. */
  readonly key: string
  /** The SQL, or what a load job loads. */
  readonly content: string
}

/** BigQuery takes letters, digits, _ and -, 1,024 at most ("Running jobs programmatically"). */
const MOST_OF_PART = 60
const part = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, MOST_OF_PART)

export function jobId(purpose: JobPurpose, attempt: number): string {
  const { name, run, stage, sync, key, content } = purpose
  const hash = createHash('sha256')
    .update(JSON.stringify([name, run ?? null, stage, sync ?? null, key, content]))
    .digest('hex')
    .slice(0, 24)
  const words = [name, run, stage, sync].filter((word) => word !== undefined).map(part)
  return ['brazier', ...words, hash, String(attempt)].join('_')
}

/** Small letters, digits, _ and -, 63 at most ("Adding labels to resources"). */
const label = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 63)

export function labels({
  name,
  run,
  stage,
  sync,
}: Omit<JobPurpose, 'key' | 'content'>): Record<string, string> {
  return {
    app: 'brazier',
    project: label(name),
    stage: label(stage),
    ...(sync === undefined ? {} : { sync: label(sync) }),
    ...(run === undefined ? {} : { run: label(run) }),
  }
}
