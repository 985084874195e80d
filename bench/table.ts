// Decides how results are told: a figure against its floor, both measured in this run, and the gate that it must hold.

import Table from 'cli-table3'

export interface Result {
  readonly what: string
  readonly floor: string
  readonly product: string
  readonly figure: number
  readonly unit: string
  /** At most, or at least, this. */
  readonly gate: { readonly atMost: number } | { readonly atLeast: number }
}

export const holds = ({ figure, gate }: Result): boolean =>
  'atMost' in gate ? figure <= gate.atMost : figure >= gate.atLeast

export function print(results: readonly Result[]): void {
  const table = new Table({
    head: ['what', 'floor', 'product', 'figure', 'gate', ''],
    style: { head: [], border: [] },
  })
  for (const result of results) {
    const gate = 'atMost' in result.gate ? `<= ${result.gate.atMost}` : `>= ${result.gate.atLeast}`
    table.push([
      result.what,
      result.floor,
      result.product,
      `${round(result.figure)}${result.unit}`,
      gate,
      holds(result) ? 'holds' : 'MISSED',
    ])
  }
  console.log(table.toString())
}

export const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))
export const ms = (value: number): string => `${value.toFixed(0)} ms`
export const sec = (value: number): string => `${value.toFixed(2)} s`

/** The best of `times`, alternating floor and product so that both meet the same weather. */
export async function inTurn<F, P>(
  times: number,
  floor: () => Promise<F>,
  product: () => Promise<P>,
): Promise<{ floors: F[]; products: P[] }> {
  const floors: F[] = []
  const products: P[] = []
  for (let i = 0; i < times; i += 1) {
    floors.push(await floor())
    products.push(await product())
  }
  return { floors, products }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
