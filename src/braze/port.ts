// Decides what the run needs of Braze: send one batch of ready JSON objects, and say what became of each of them.

/** One object of a batch that Braze refused; `index` counts from 0 within the batch. */
export interface Refusal {
  readonly index: number
  /**
   * Attribute names that were refused, when sending in parts told which; empty: the person as a whole
   * (identity, or the object), so nothing of this object was accepted.
   */
  readonly attributes: readonly string[]
  /**
   * Braze may have taken some of it all the same: it reported success beside an error that names nobody, or refused what
   * it may have applied in an earlier attempt whose reply we never understood. The person is then in doubt as well.
   */
  readonly mayHold?: true
  /** Braze's words, cut to a safe length and cleared of any value that we sent. */
  readonly reason: string
}

export type BatchOutcome =
  /** Every object was accepted except those refused. */
  | { readonly kind: 'answered'; readonly refusals: readonly Refusal[] }
  /** We do not know what Braze took; nothing of the batch counts as accepted. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface Batch {
  /** The objects of the `attributes` array, joined by commas: `{"external_id":"a",…},{…}`. */
  readonly objects: string
  /** How many objects `objects` holds. */
  readonly count: number
}

export interface BrazeStats {
  /** Requests that left, whatever came back. */
  readonly requests: number
  /** Requests by HTTP status; 0 stands for no reply. */
  readonly statuses: Readonly<Record<number, number>>
  /** Requests a second that the pace allows now. */
  readonly pace: number
  /** Times we waited for a 429. */
  readonly throttled: number
}

export interface Braze {
  /**
   * Sends one batch to /users/track, paced, retried, halved and sent again in parts as needed, and settles what became
   * of every object. Many calls may be under way at once; the pace and the number of connections are kept here.
   *
   * `mayLeave` is asked right before every request leaves; when it says no, the call rejects with LeaseLostError and
   * nothing more is sent.
   * Rejects with BrazeError when Braze as a whole refuses us (401, 403, 404, wrong host) or is out of reach for longer
   * than the settings allow; the batch then counts as unknown if `error.mayHaveArrived` is true, else as never sent.
   * When `signal` aborts, no new request is started. The call then rejects with the signal's reason if Braze cannot have
   * taken anything of the batch, with a BrazeError caused by it if Braze may have; and with a BrazeError of its own while
   * Braze is out of reach.
   */
  send(batch: Batch, options: SendOptions): Promise<BatchOutcome>
  stats(): BrazeStats
  close(): Promise<void>
}

export interface SendOptions {
  readonly signal: AbortSignal
  readonly mayLeave: () => boolean
  readonly mayCreate: MayCreate
}

/** Whether a member of an object may bring its person into being; `value` is the member's JSON text. */
export type MayCreate = (attribute: string, value: string) => boolean
