/* ---
description: Subscribes to the newsletter, and has opened one within 30 days
membership: list               # "newsletter_engaged" becomes an element of the array attribute audiences
schedule: hourly
tags: [newsletter]
--- */
select customer_id as external_id
from customers
where newsletter
  and newsletter_opened_at > (select max(newsletter_opened_at) from customers) - interval '30 days'
