// Decides what went wrong with a request or a job, as facts: BigQuery's reason, and whether it may pass by itself. Pure.

interface JobFault {
  /**
   * BigQuery's own word (`invalidQuery`, `notFound`, `accessDenied`, `bytesBilledLimitExceeded`, …), or one of ours:
   * `unreachable`, `unauthenticated`, `timeout`, `stopped`, `incomplete` (an answer that makes no sense).
   */
  readonly reason: string
  /** As BigQuery says it: may hold a value of the data. */
  readonly message: string
  /** HTTP status, where a reply said it. */
  readonly status?: number | undefined
  readonly jobId?: string | undefined
}

export class JobError extends Error {
  readonly reason: string
  readonly status: number | undefined
  readonly jobId: string | undefined

  constructor(fault: JobFault) {
    super(fault.message)
    this.name = 'JobError'
    this.reason = fault.reason
    this.status = fault.status
    this.jobId = fault.jobId
  }
}

/** One entry of an `errors` array, or an `errorResult`. */
interface ApiFault {
  readonly reason?: string | null | undefined
  readonly message?: string | null | undefined
}

/** What the client threw, as a JobError. */
export function faultOf(thrown: unknown, jobId?: string): JobError {
  if (thrown instanceof JobError) return thrown
  const { code, errors, message } = asThrown(thrown)
  const status = typeof code === 'number' ? code : undefined
  const [first] = errors
  if (isAboutCredentials(message, status)) return new JobError({ reason: 'unauthenticated', message, status })
  if (first?.reason) {
    return new JobError({ reason: first.reason, message: first.message ?? message, status, jobId })
  }
  if (status !== undefined) return new JobError({ reason: reasonOf(status), message, status, jobId })
  const system = typeof code === 'string' && code !== '' ? code : message
  return new JobError({ reason: 'unreachable', message: system, jobId })
}

/** What a reply says that is no success, read without the client. */
export function faultOfReply(status: number, body: unknown, jobId: string): JobError {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  const fields = typeof error === 'object' && error !== null ? error : {}
  const message = 'message' in fields ? String(fields.message) : `status ${status}`
  return faultOf(
    Object.assign(new Error(message), { code: status, errors: 'errors' in fields ? fields.errors : [] }),
    jobId,
  )
}

/** What a finished job says against itself. */
export function faultOfJob({ reason, message }: ApiFault, jobId: string): JobError {
  const text = message ?? 'no reason given'
  // A job over its time limit is stopped by BigQuery itself.
  const isTimeout = reason === 'stopped' && /timed? ?out/i.test(text)
  return new JobError({ reason: isTimeout ? 'timeout' : (reason ?? 'invalid'), message: text, jobId })
}

interface Thrown {
  readonly code: unknown
  readonly errors: readonly ApiFault[]
  readonly message: string
}

function asThrown(thrown: unknown): Thrown {
  if (!(thrown instanceof Error)) return { code: undefined, errors: [], message: String(thrown) }
  const code = 'code' in thrown ? thrown.code : undefined
  const errors = 'errors' in thrown && Array.isArray(thrown.errors) ? (thrown.errors as ApiFault[]) : []
  return { code, errors, message: thrown.message }
}

const isAboutCredentials = (message: string, status: number | undefined): boolean =>
  status === 401 ||
  /default credentials|invalid_(?:grant|client|rapt)|unauthorized_client|refresh access token|iam\.serviceAccounts\.getAccessToken|unable to impersonate/i.test(
    message,
  )

function reasonOf(status: number): string {
  if (status === 403) return 'accessDenied'
  if (status === 404) return 'notFound'
  if (status === 409) return 'duplicate'
  if (status === 429) return 'rateLimitExceeded'
  return status === 408 || status >= 500 ? 'backendError' : 'invalid'
}

/** Reasons that pass by themselves (BigQuery, "Error messages"). */
const PASSING = new Set([
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'jobRateLimitExceeded',
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'tableUnavailable',
])

/** The request may be sent again. */
export function mayAskAgain({ reason, status }: JobError): boolean {
  return reason === 'unreachable' || PASSING.has(reason) || status === 429 || (status ?? 0) >= 500
}

/** Two writers of one table: the loser's statement had no effect. */
const CONFLICT = /could not serialize access|due to concurrent update|concurrent (?:DML|transaction)/i
/** Twenty statements wait for one table at most. */
const CROWDED = /too many DML statements|pending \+ running/i

/** The job had no effect, and another one may. */
export function mayRunAgain({ reason, message }: JobError): boolean {
  return PASSING.has(reason) || CONFLICT.test(message) || CROWDED.test(message)
}
