// Decides which syncs cannot stand side by side: two that write one attribute (as far as names tell without a
// database), and former names that are still alive or claimed twice.

import type { Problem } from '../model/errors.ts'
import { type DeclaredWrite, declaredWrites } from './definition-facts.ts'
import type { ReadSync } from './sync-definition.ts'

interface Claim {
  readonly owner: ReadSync
  readonly write: DeclaredWrite
}

function problemAt(owner: ReadSync, path: readonly string[], message: string, hint: string): Problem {
  const line = owner.lineAt(path)
  return { file: owner.sync.file, message, hint, ...(line === undefined ? {} : { line }) }
}

/** Lists share an attribute as long as each adds an element of its own. */
function areCompatible(a: DeclaredWrite, b: DeclaredWrite): boolean {
  return a.element !== undefined && b.element !== undefined && a.element !== b.element
}

/** Two syncs that write one attribute: they would overwrite each other in every run. */
export function attributeConflicts(reads: readonly ReadSync[]): Problem[] {
  const claims = new Map<string, Claim[]>()
  const problems: Problem[] = []
  for (const owner of reads) {
    for (const write of declaredWrites(owner.sync)) {
      const others = claims.get(write.attribute) ?? []
      const other = others.find((claim) => claim.owner !== owner && !areCompatible(claim.write, write))
      if (other !== undefined) {
        const path = write.column === undefined ? ['attribute'] : ['rename', write.column]
        const message = `writes the attribute ${write.attribute}, and so does ${other.owner.sync.file}`
        problems.push(
          problemAt(owner, path, message, 'Give one of the two another attribute, or make both lists.'),
        )
      }
      claims.set(write.attribute, [...others, { owner, write }])
    }
  }
  return problems
}

/** Former names that are no longer former, or that two files claim. `livingFiles` are all names with their file. */
export function formerNameConflicts(
  reads: readonly ReadSync[],
  livingFiles: ReadonlyMap<string, string>,
): Problem[] {
  const claimedBy = new Map<string, string>()
  const problems: Problem[] = []
  for (const owner of reads) {
    const { was, name, file } = owner.sync
    if (was === undefined || was === name) continue
    const living = livingFiles.get(was)
    const claimant = claimedBy.get(was)
    if (living !== undefined) {
      const message = `was: ${was} names a sync that is still here, ${living}`
      problems.push(problemAt(owner, ['was'], message, 'Remove was, or delete the old file.'))
    } else if (claimant !== undefined) {
      const message = `was: ${was} is claimed by ${claimant} as well`
      problems.push(problemAt(owner, ['was'], message, 'One file only can take over a snapshot.'))
    }
    claimedBy.set(was, claimant ?? file)
  }
  return problems
}
