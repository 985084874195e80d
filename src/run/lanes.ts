// Decides how several pieces of work run at once: so many lanes, each taking the next piece. When one fails no further piece
// is begun, and the failure is told once nothing is under way any more.

export async function inLanes<T>(
  pieces: Iterable<T>,
  lanes: number,
  work: (piece: T) => Promise<void>,
): Promise<void> {
  const queue = pieces[Symbol.iterator]()
  const failures: unknown[] = []
  const lane = async () => {
    for (let next = queue.next(); next.done !== true && failures.length === 0; next = queue.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failures.length > 0) throw failures[0]
}
