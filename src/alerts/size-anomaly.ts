// Decides whether a result is unusually large or small, by the sizes of the runs before it. Pure. Median and median absolute
// deviation, since one broken night among the runs would spoil a mean and its deviation.

/** With fewer runs nobody knows what is usual. */
const FEWEST_RUNS = 8
/** Makes the median absolute deviation comparable to a standard deviation. */
const MAD_SCALE = 1.4826
/** A size that hardly ever changes would make every change unusual: it may wander by so much. */
const LEAST_SPREAD = 0.02

/** The usual size, when `now` is further from it than so many deviations; undefined when it is not. */
export function unusualSize(
  now: number,
  before: readonly number[],
  deviations: number,
): { readonly usual: number } | undefined {
  if (deviations === 0 || before.length < FEWEST_RUNS) return undefined
  const usual = median(before)
  const wanders = MAD_SCALE * median(before.map((size) => Math.abs(size - usual)))
  // The square root is what chance alone does to a count.
  const spread = Math.max(wanders, LEAST_SPREAD * usual, Math.sqrt(usual), 1)
  return Math.abs(now - usual) > deviations * spread ? { usual: Math.round(usual) } : undefined
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? 0
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper
}
