/* ---
description: The latest answer of everybody who took the style quiz in Outgrow
schedule: every 15 minutes
on_leave: unset                # whose answers are deleted loses both attributes
tags: [quiz]
--- */
-- Outgrow knows an e-mail address as somebody typed it, a score as text, an outcome as it is shown.
with answers as (
  select
    lower(trim(email)) as email,
    trim(score) as score,
    nullif(lower(trim(outcome)), '') as outcome,
    row_number() over (
      partition by lower(trim(email))
      order by submitted_at desc, submission_id desc
    ) as recency
  from outgrow_answers
  where quiz = 'style-finder'
    and trim(email) <> ''
)

select
  c.customer_id as external_id,
  -- "n/a" and "" are no scores; the form is looked at before the cast, since a cast of those would fail.
  case
    when a.score similar to '[0-9]{1,3}([.][0-9]{1,2})?' then cast(round(cast(a.score as decimal(5, 2))) as integer)
  end as outgrow_quiz_score,
  replace(a.outcome, ' ', '_') as outgrow_custom_segment
from customers as c
join answers as a on a.email = lower(trim(c.email)) and a.recency = 1
