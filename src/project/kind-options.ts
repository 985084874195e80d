// Decides what a header's keys mean for the kind of its file: membership, attribute and leaving for audiences; names,
// NULL and leaving for properties. What does not fit is refused with a sentence.

import { attributeFlaw, customAttributeFlaw } from '../model/attribute-name.ts'
import type { AudienceOptions, PropertyOptions } from '../model/definition.ts'
import { type Header, KEYS_OF_ONE_KIND } from '../model/header-schema.ts'
import { IDENTITY_COLUMNS, type LeavePolicy, type RunnableKind } from '../model/words.ts'
import type { ProblemReport } from './problem-report.ts'

const DEFAULT_LIST = 'audiences'
const FLAG_POLICIES = ['false', 'unset', 'keep'] as const
const LIST_POLICIES = ['remove', 'keep'] as const
const PROPERTY_POLICIES = ['keep', 'unset'] as const
/** Columns that name a person in every result; `email` and `phone` may also be fields to write. */
const NEVER_WRITTEN: ReadonlySet<string> = new Set([
  ...IDENTITY_COLUMNS.external_id,
  ...IDENTITY_COLUMNS.braze_id,
  ...IDENTITY_COLUMNS.alias,
])

/** Refuses keys that are for another kind. */
export function reportForeignKeys(header: Header, kind: RunnableKind, report: ProblemReport): void {
  for (const key of Object.keys(header)) {
    const only = KEYS_OF_ONE_KIND[key]
    if (only === undefined || only.kind === kind) continue
    const folder = kind === 'audience' ? 'an audience' : 'properties'
    report.add([key], { message: `does not fit ${folder}`, hint: only.instead })
  }
}

interface PolicyChoice<P extends LeavePolicy> {
  readonly allowed: readonly P[]
  readonly fallback: P
  /** For the message: "for a flag". */
  readonly what: string
}

function leavePolicy<P extends LeavePolicy>(
  header: Header,
  choice: PolicyChoice<P>,
  report: ProblemReport,
): P {
  if (header.on_leave === undefined) return choice.fallback
  const policy = choice.allowed.find((allowed) => allowed === header.on_leave)
  if (policy === undefined) {
    report.add(['on_leave'], { message: `must be one of ${choice.allowed.join(', ')} for ${choice.what}` })
  }
  return policy ?? choice.fallback
}

function membershipOf(header: Header, report: ProblemReport): 'flag' | 'list' {
  const membership = header.membership ?? 'flag'
  if (membership === 'flag' || membership === 'list') return membership
  report.addPlain(['membership'], {
    message: `this version does not run membership: ${membership} yet`,
    hint: 'Use flag or list.',
  })
  return 'flag'
}

export function audienceOptions(header: Header, name: string, report: ProblemReport): AudienceOptions {
  const membership = membershipOf(header, report)
  const attribute = header.attribute ?? (membership === 'flag' ? name : DEFAULT_LIST)
  const wrong = customAttributeFlaw(attribute)
  if (wrong !== undefined) report.add(['attribute'], wrong)
  const onLeave =
    membership === 'flag'
      ? leavePolicy(header, { allowed: FLAG_POLICIES, fallback: 'false', what: 'a flag' }, report)
      : leavePolicy(header, { allowed: LIST_POLICIES, fallback: 'remove', what: 'a list' }, report)
  return { membership, attribute, element: name, onLeave }
}

function checkRename(rename: Readonly<Record<string, string>>, report: ProblemReport): void {
  const columnOf = new Map<string, string>()
  for (const [column, attribute] of Object.entries(rename)) {
    const path = ['rename', column]
    if (NEVER_WRITTEN.has(column)) {
      report.add(path, { message: 'names a person and is never written', hint: 'Remove it from rename.' })
    }
    const wrong = attributeFlaw(attribute)
    if (wrong !== undefined) report.add(path, wrong)
    const other = columnOf.get(attribute)
    if (other !== undefined) {
      report.add(path, {
        message: `writes ${attribute}, and so does ${other}`,
        hint: 'Give each a name of its own.',
      })
    }
    columnOf.set(attribute, column)
  }
}

export function propertyOptions(header: Header, report: ProblemReport): PropertyOptions {
  const rename = header.rename ?? {}
  const prefix = header.prefix ?? ''
  checkRename(rename, report)
  const wrong = attributeFlaw(`${prefix}x`)
  if (wrong !== undefined) report.add(['prefix'], wrong)
  return {
    rename,
    prefix,
    nulls: header.nulls ?? 'unset',
    onLeave: leavePolicy(
      header,
      { allowed: PROPERTY_POLICIES, fallback: 'keep', what: 'properties' },
      report,
    ),
    ...(header.round === undefined ? {} : { round: header.round }),
  }
}
