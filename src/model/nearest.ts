// Decides which known word somebody meant who typed an unknown one.

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? (beforeLast[column - 2] ?? Number.POSITIVE_INFINITY) + 1
          : Number.POSITIVE_INFINITY
      current.push(Math.min(replaced, swapped, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    beforeLast = last
    last = current
  }
  return last[b.length] ?? 0
}

/** The closest of `known`, if it is close enough to be what was meant; letter case does not count. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  // One slip in short words, a third of the letters in long ones: more would guess.
  const most = Math.max(1, Math.floor(word.length / 3))
  let best: { word: string; edits: number } | undefined
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits <= most && (best === undefined || edits < best.edits)) best = { word: candidate, edits }
  }
  return best?.word
}

/** A hint for an unknown word: the nearest known one, else all of them. */
export function didYouMean(word: string, known: readonly string[]): string {
  const close = nearest(word, known)
  return close === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${close}?`
}
