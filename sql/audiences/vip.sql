/* ---
description: Paid more than 500 within a year
schedule: hourly
tags: [value]
--- */
-- The newest order is "today": a load that comes late does not make people leave.
select customer_id as external_id
from orders
where status = 'paid'
  and ordered_at > (select max(ordered_at) from orders) - interval '365 days'
group by customer_id
having sum(amount) > 500
