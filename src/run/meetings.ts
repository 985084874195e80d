// Decides which syncs may not run because two of them write one attribute: the last one written would win, at random. Pure.

import type { Sync } from '../model/definition.ts'
import { SyncError } from '../model/errors.ts'

export interface Writer {
  readonly name: string
  readonly file: string
  /** In the ledger, but its file is gone. */
  readonly orphan: boolean
  readonly writes: readonly { readonly attribute: string; readonly element?: string }[]
}

/** Errors by the name of the selected sync that they stop. List memberships of one attribute may meet; list and flag may not. */
export function meetings(writers: readonly Writer[], selected: readonly Sync[]): Map<string, SyncError> {
  const errors = new Map<string, SyncError>()
  for (const sync of selected) {
    const ours = writers.find((writer) => writer.name === sync.name && !writer.orphan)
    for (const other of writers) {
      if (ours === undefined || other === ours || errors.has(sync.name)) continue
      const attribute = shared(ours, other)
      if (attribute !== undefined)
        errors.set(
          sync.name,
          other.orphan ? claimsOrphan(sync, other, attribute) : writesBoth(sync, other, attribute),
        )
    }
  }
  return errors
}

function shared(a: Writer, b: Writer): string | undefined {
  for (const write of a.writes) {
    const clash = b.writes.some(
      (other) =>
        other.attribute === write.attribute &&
        (other.element === undefined || write.element === undefined || other.element === write.element),
    )
    if (clash) return write.attribute
  }
  return undefined
}

const writesBoth = (sync: Sync, other: Writer, attribute: string): SyncError =>
  new SyncError(`${sync.file}: the attribute ${attribute} is written by ${other.file} too`, {
    hint: 'One attribute has one writer: rename a column, or drop it from one of the two.',
  })

const claimsOrphan = (sync: Sync, other: Writer, attribute: string): SyncError =>
  new SyncError(
    `${sync.file}: the attribute ${attribute} still belongs to ${other.name}, whose file is gone`,
    {
      hint: `If this file is its new name, say \`was: ${other.name}\` in the header; else run \`brazier retire ${other.name}\` first.`,
    },
  )
