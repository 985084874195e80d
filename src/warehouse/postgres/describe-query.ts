// Decides how a statement is parsed and described over the extended protocol without being run: Parse, Describe, Sync.

import type { Submittable, Connection as Wire } from 'pg'

export interface Field {
  readonly name: string
  readonly oid: number
  readonly modifier: number
}

export interface Described {
  readonly fields: readonly Field[]
  /** What the server said of names that it cut. */
  readonly cutNames: readonly string[]
}

interface RowDescription {
  readonly fields: readonly {
    readonly name: string
    readonly dataTypeID: number
    readonly dataTypeModifier: number
  }[]
}

/** The driver calls these methods; their names are its own. */
export class DescribeQuery implements Submittable {
  readonly #sql: string
  readonly #done: { resolve(described: Described): void; reject(error: Error): void }
  #fields: readonly Field[] = []
  #failed = false

  constructor(sql: string, done: { resolve(described: Described): void; reject(error: Error): void }) {
    this.#sql = sql
    this.#done = done
  }

  submit(wire: Wire): void {
    wire.parse({ text: this.#sql, name: '', types: [] }, true)
    wire.describe({ type: 'S', name: '' }, true)
    wire.sync()
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.#fields = fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      oid: dataTypeID,
      modifier: dataTypeModifier,
    }))
  }

  handleError(error: Error): void {
    this.#failed = true
    this.#done.reject(error)
  }

  handleReadyForQuery(): void {
    if (!this.#failed) this.#done.resolve({ fields: this.#fields, cutNames: [] })
  }
}
