// Decides what a new project holds: a small shop as CSV files, read by DuckDB; one audience, one property file; and a
// configuration that talks to the sandbox until the environment names a real Braze. Pure.

/** Paths and texts, in the order in which people would read them. */
export function starterFiles(name: string): readonly (readonly [path: string, text: string])[] {
  return [
    ['config/brazier.yaml', config(name)],
    ['sql/audiences/big_spenders.sql', AUDIENCE],
    ['sql/properties/shopping.sql', PROPERTIES],
    ['data/customers.csv', CUSTOMERS],
    ['data/orders.csv', ORDERS],
    ['.gitignore', 'state/\n.env\n'],
  ]
}

const config = (name: string) => `name: ${name}

# Where the SQL runs. Here: DuckDB over two CSV files.
# Your own: { type: postgres, url: "\${WAREHOUSE_URL}" }
warehouse:
  type: duckdb
  init:
    - create view customers as from read_csv('data/customers.csv')
    - create view orders as from read_csv('data/orders.csv')

# Where the result goes. Without these variables: the sandbox on this machine (brazier sandbox).
braze:
  endpoint: \${BRAZE_ENDPOINT:-http://127.0.0.1:8099}
  api_key: \${BRAZE_API_KEY:-sandbox-key}
  workspace: \${BRAZE_WORKSPACE:-sandbox}

defaults: { schedule: hourly, timezone: UTC }

# A sync that would take back more than this is held until somebody looks.
guards: { max_removes: 20%, min_rows: 1 }
`

const AUDIENCE = `/* ---
description: Spent over 200 in all
schedule: daily at 06:00
on_leave: false
tags: [starter]
--- */
select customer_id as external_id
from orders
group by customer_id
having sum(amount) > 200
`

const PROPERTIES = `/* ---
description: What each customer has bought; every column is a custom attribute
prefix: shop_
--- */
select
  c.customer_id as external_id,
  c.city,
  count(o.order_id) as orders,
  round(coalesce(sum(o.amount), 0), 2) as spent,
  max(o.ordered_on) as last_order
from customers as c
left join orders as o on o.customer_id = c.customer_id
group by c.customer_id, c.city
`

const CUSTOMERS = `customer_id,name,city
c-001,Ada Lund,Oslo
c-002,Bruno Sá,Porto
c-003,Chloé Martin,Lyon
c-004,Dries Maes,Gent
c-005,Elif Kaya,İzmir
c-006,Finn O'Hara,Cork
c-007,Greta Vogel,Graz
c-008,Hana Sato,Osaka
c-009,Ivo Petrov,Varna
c-010,Júlia Nagy,Pécs
c-011,Kofi Mensah,Accra
c-012,Lena Brandt,
`

const ORDERS = `order_id,customer_id,ordered_on,amount
1,c-001,2026-01-14,129.00
2,c-001,2026-03-02,89.90
3,c-002,2026-01-20,45.50
4,c-003,2026-02-11,310.00
5,c-004,2026-02-28,19.95
6,c-005,2026-03-05,240.00
7,c-005,2026-04-19,12.50
8,c-006,2026-04-20,75.25
9,c-007,2026-05-01,199.99
10,c-007,2026-05-30,35.00
11,c-008,2026-06-12,60.00
12,c-009,2026-06-13,480.10
13,c-010,2026-07-07,22.00
14,c-002,2026-07-21,15.75
15,c-011,2026-08-08,205.00
`
