// Real input: 9,994 order lines through a whole life on both databases; Braze's final profiles are checked after each step
// against an answer that owes nothing to Brazier's code.

import { describe, expect, it } from 'vitest'
import { makeWorld, type People, type World } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of } from './look.ts'
import {
  bigSpenders,
  CSV,
  facts,
  follow,
  furnitureFans,
  habits,
  insertOrders,
  lapsed,
  listOf,
  type Order,
  readOrders,
  withFavourite,
} from './superstore.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const TABLE =
  'create table orders (row_id integer, order_id varchar(20), order_date date, customer_id varchar(20), customer_name varchar(60), ' +
  'segment varchar(20), category varchar(30), product_name varchar(200), sales decimal(12, 4), quantity integer, discount decimal(6, 4), profit decimal(12, 4))'
const READ_CSV =
  'insert into orders select "Row ID", "Order ID", "Order Date", "Customer ID", "Customer Name", "Segment", "Category", "Product Name", ' +
  `"Sales", "Quantity", "Discount", "Profit" from read_csv('${CSV}', all_varchar = true)`

const BIG_SPENDERS = header(
  'attribute: big_spender',
  'select customer_id as external_id from orders group by customer_id having sum(sales) > 5000',
)
const FURNITURE = `select customer_id as external_id from orders group by customer_id having sum(case when category = 'Furniture' then 1 else 0 end) >= 5`
const LAPSED = header(
  'membership: list',
  `select customer_id as external_id from orders group by customer_id having max(order_date) < date '2017-01-01'`,
)
const FACTS = `max(customer_name) as full_name, max(segment) as segment, count(distinct order_id) as orders, sum(sales) as revenue,
  max(order_date) as last_order_on, cast(sum(quantity) as double precision) / count(*) as mean_quantity`
const FACTS_V1 = header(
  'prefix: shop_',
  `select customer_id as external_id, ${FACTS}\nfrom orders group by customer_id;`,
)
const FACTS_V2 = header(
  'prefix: shop_',
  `with best as (
  select customer_id, category, row_number() over (partition by customer_id order by sum(sales) desc, category) as place
  from orders group by customer_id, category
)
select customer_id as external_id, ${FACTS}, max(case when place = 1 then best.category end) as favourite
from orders join best using (customer_id, category) group by customer_id`,
)
const HABITS = `with firsts as (select customer_id, min(row_id) as row_id from orders group by customer_id)
select o.customer_id as external_id,
  max(case when o.row_id = f.row_id then o.product_name end) as first_product,
  min(case when o.discount > 0.5 then o.order_date end) as first_bargain_on,
  sum(o.profit) as profit,
  max(split_part(o.customer_name, ' ', 1)) as first_name
from orders as o join firsts as f on f.customer_id = o.customer_id
group by o.customer_id -- one row a customer`

/** The state of the world that Brazier must reach, step by step. */
interface Answer {
  orders: Order[]
  people: People
  lists: Record<string, ReadonlySet<string>>
}

type Facts = typeof facts

/** Moves the answer on; returns how many people are then another in Braze: that many objects may be sent, and no more. */
function advance(answer: Answer, orders: Order[], versions: { before: Facts; now: Facts }): number {
  const { people } = answer
  const before = pictures(answer)
  follow(people, { before: bigSpenders(answer.orders), now: bigSpenders(orders), leave: 'false' })
  follow(people, { before: versions.before(answer.orders), now: versions.now(orders), leave: 'keep' })
  follow(people, { before: habits(answer.orders), now: habits(orders), leave: 'unset' })
  answer.orders = orders
  answer.lists = { furniture_fans: furnitureFans(orders), lapsed: lapsed(orders) }
  return [...pictures(answer)].filter(([id, picture]) => before.get(id) !== picture).length
}

const pictures = ({ people, lists }: Answer): Map<string, string> =>
  new Map(
    Object.entries(people).map(([id, held]) => [
      id,
      JSON.stringify([Object.entries(held).toSorted(), listOf(lists, id)]),
    ]),
  )

function compare(world: World, { people, lists }: Answer): void {
  const held = braze(world)
  const plain = Object.fromEntries(Object.entries(held).map(([id, { audiences: _, ...rest }]) => [id, rest]))
  expect(plain).toEqual(people)
  const inLists = Object.entries(held).map(([id, { audiences = '[]' }]) => [
    id,
    JSON.parse(audiences).toSorted(),
  ])
  expect(Object.fromEntries(inLists)).toEqual(
    Object.fromEntries(Object.keys(people).map((id) => [id, listOf(lists, id)])),
  )
}

describe.each(KINDS)('the superstore on %s', (on) => {
  it('lives a whole life', async () => {
    const orders = readOrders()
    expect(orders).toHaveLength(9994)
    const world = await makeWorld({
      on,
      data: [TABLE, ...(on === 'duckdb' ? [READ_CSV] : insertOrders(orders))],
      syncs: {
        'sql/audiences/big_spenders.sql': BIG_SPENDERS,
        'sql/audiences/furniture_fans.sql': header('membership: list', FURNITURE),
        'sql/audiences/lapsed.sql': LAPSED,
        'sql/properties/customer_facts.sql': FACTS_V1,
        'sql/properties/habits.sql': header('on_leave: unset', HABITS),
      },
    })
    const answer: Answer = { orders: [], people: {}, lists: {} }
    const v1 = { before: facts, now: facts }

    // First load: one object per customer.
    const first = good(await world.sync())
    expect(advance(answer, orders, v1)).toBe(793)
    expect([first.objects, first.requests, of(first, 'customer_facts').added]).toEqual([793, 11, 793])
    compare(world, answer)
    expect((await world.sync()).requests).toBe(0)

    // Edits: prices, names, bargains that are none any more, new lines of old and new customers.
    await world.sql(
      `update orders set sales = sales * 2 where row_id % 97 = 0`,
      `update orders set customer_name = customer_name || ' Ünlü "VIP"' where customer_id like 'A%'`,
      `update orders set discount = 0.2 where discount > 0.5 and row_id % 3 = 0`,
      `insert into orders values (10001, 'NEW-1', date '2018-02-03', 'CG-12520', 'Claire Gute', 'Consumer', 'Furniture', 'It''s a "desk"', 9000.5, 1, 0, -1.25)`,
      `insert into orders values (10002, 'NEW-2', date '2018-02-04', 'ZZ-99999', 'Zoë Zadeh', 'Consumer', 'Technology', 'Phone 😀', 12.5, 2, 0.8, 0)`,
    )
    const line = { category: 'Furniture', segment: 'Consumer', quantity: 1, discount: 0n }
    const edited = [
      ...orders.map((order) => ({
        ...order,
        sales: order.row % 97 === 0 ? order.sales * 2n : order.sales,
        name: order.customer.startsWith('A') ? `${order.name} Ünlü "VIP"` : order.name,
        discount: order.discount > 5000n && order.row % 3 === 0 ? 2000n : order.discount,
      })),
      {
        ...line,
        row: 10001,
        order: 'NEW-1',
        date: '2018-02-03',
        customer: 'CG-12520',
        name: 'Claire Gute',
        product: `It's a "desk"`,
        sales: 90_005_000n,
        profit: -12_500n,
      },
      {
        ...line,
        row: 10002,
        order: 'NEW-2',
        date: '2018-02-04',
        customer: 'ZZ-99999',
        name: 'Zoë Zadeh',
        category: 'Technology',
        product: 'Phone 😀',
        sales: 125_000n,
        quantity: 2,
        discount: 8000n,
        profit: 0n,
      },
    ]
    const edits = good(await world.sync())
    expect(edits.objects).toBe(advance(answer, edited, v1))
    compare(world, answer)

    // Leavers: customers who are gone, and some who leave an audience only.
    await world.sql(
      `delete from orders where customer_id like 'B%' or (category = 'Furniture' and row_id % 20 = 0)`,
    )
    const left = edited.filter(
      ({ customer, category, row }) =>
        !(customer.startsWith('B') || (category === 'Furniture' && row % 20 === 0)),
    )
    const leavers = good(await world.sync())
    expect(leavers.objects).toBe(advance(answer, left, v1))
    compare(world, answer)
    expect(of(leavers, 'habits').removed).toBeGreaterThan(20)

    // A new column.
    await world.write('sql/properties/customer_facts.sql', FACTS_V2)
    const wider = good(await world.sync())
    expect(wider.objects).toBe(advance(answer, left, { before: facts, now: withFavourite }))
    compare(world, answer)
    expect(of(wider, 'customer_facts')).toMatchObject({ added: 0, removed: 0, dataPoints: wider.objects })

    // Renamed files: the list's element changes its name, the properties nothing at all.
    await world.remove('sql/audiences/furniture_fans.sql')
    await world.write(
      'sql/audiences/sofa_lovers.sql',
      header('membership: list\nwas: furniture_fans', FURNITURE),
    )
    await world.rename('sql/properties/habits.sql', 'sql/properties/customers/customer_habits.sql')
    await world.write(
      'sql/properties/customers/customer_habits.sql',
      header('on_leave: unset\nwas: habits', HABITS),
    )
    const held = await world.sync()
    // All of its members lose the former element, so a person has to look first.
    expect([held.exitCode, of(held, 'sofa_lovers').status]).toEqual([3, 'held'])
    const renamed = good(await world.apply(of(held, 'sofa_lovers').plan ?? ''))
    answer.lists = { sofa_lovers: furnitureFans(left), lapsed: lapsed(left) }
    compare(world, answer)
    expect(renamed.objects).toBe(furnitureFans(left).size)
    expect(of(held, 'customer_habits')).toMatchObject({ status: 'succeeded', sent: 0 })

    expect((await world.sync()).requests).toBe(0)
    expect(await leftTables(world)).toEqual([])
  })
})
