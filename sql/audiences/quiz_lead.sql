/* ---
description: Took the style quiz, and has not ordered since
membership: list
schedule: hourly
tags: [quiz, winback]
--- */
with quiz as (
  select lower(trim(email)) as email, max(submitted_at) as taken_at
  from outgrow_answers
  where trim(email) <> ''
  group by lower(trim(email))
)

select distinct c.customer_id as external_id
from customers as c
join quiz on quiz.email = lower(trim(c.email))
where not exists (
  select 1
  from orders as o
  where o.customer_id = c.customer_id and o.ordered_at > quiz.taken_at
)
