/* ---
description: Who our customers are and what they have spent; each column is an attribute of its own
schedule: hourly
rename: { city: home_city }    # a standard field of Braze, as first_name, last_name and email are
guards: { max_changes: 40% }
tags: [value]
--- */
with spending as (
  select
    customer_id,
    count(*) as order_count,
    sum(amount) as total_spent,
    max(ordered_at) as last_order_at
  from orders
  where status = 'paid'
  group by customer_id
)

select
  c.customer_id as external_id,
  nullif(lower(trim(c.email)), '') as email,
  c.first_name,
  c.last_name,
  c.city,
  coalesce(s.order_count, 0) as order_count,
  coalesce(s.total_spent, 0) as total_spent,
  s.last_order_at
from customers as c
left join spending as s on s.customer_id = c.customer_id
