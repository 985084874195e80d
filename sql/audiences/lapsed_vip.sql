/* ---
description: Has paid more than 300 in all, and has not ordered for 60 days
schedule: daily at 06:00
on_leave: false                # the flag becomes false; unset would remove it
guards: { max_removes: 10% }   # stricter than the project's 20%
tags: [value, winback]
--- */
select customer_id as external_id
from orders
where status = 'paid'
group by customer_id
having sum(amount) > 300
  and max(ordered_at) < (select max(ordered_at) from orders) - interval '60 days'
