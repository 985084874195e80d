// Decides where the problems of one YAML text are kept: each with its file and line, and one only for a value that is
// already known to be missing.

import type { Problem } from '../model/errors.ts'
import type { Flaw } from './flaw.ts'
import type { Path, YamlSource } from './yaml-source.ts'

export interface ProblemReport {
  readonly problems: readonly Problem[]
  /** `message` completes the sentence that starts with the key's name. */
  add(path: Path, problem: Flaw): void
  /** A problem that is a sentence of its own. */
  addPlain(path: Path, problem: Flaw): void
  /** Says nothing more about this value, or what is in it. */
  silence(path: Path): void
}

const nameOf = (path: Path) => path.map(String).join('.')

export function problemReport(file: string, source: Pick<YamlSource, 'lineAt' | 'problems'>): ProblemReport {
  const problems: Problem[] = [...source.problems]
  const silenced = new Set<string>()
  const isSilenced = (path: Path) =>
    path.some((_key, index) => silenced.has(nameOf(path.slice(0, index + 1))))
  const addPlain = (path: Path, { message, hint }: Flaw) => {
    if (isSilenced(path)) return
    const line = source.lineAt(path)
    problems.push({
      file,
      message,
      ...(line === undefined ? {} : { line }),
      ...(hint === undefined ? {} : { hint }),
    })
  }
  return {
    problems,
    addPlain,
    add: (path, { message, hint }) =>
      addPlain(path, {
        message: `${nameOf(path) || 'the YAML'} ${message}`,
        ...(hint === undefined ? {} : { hint }),
      }),
    silence: (path) => silenced.add(nameOf(path)),
  }
}
