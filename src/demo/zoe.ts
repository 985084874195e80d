// Decides the story of one customer, whose Braze profile the demo shows before and after a day: a former VIP who had gone
// quiet, and comes back. Pure.

/** Also the number that the generator gives to one of its own customers, who makes room for her. */
export const ZOE = 'c-00007'

const PAST_ORDERS: readonly (readonly [daysAgo: number, amount: string])[] = [
  [420, '149.90'],
  [300, '89.00'],
  [210, '120.50'],
  [130, '95.00'],
  [95, '110.00'],
]

export const ZOE_AT_FIRST = (start: string): string[] => [
  `update customers set first_name = 'Zoë', last_name = 'Nuñez', email = 'zoe.nunez@example.com', city = 'Málaga', newsletter = false, newsletter_opened_at = null where customer_id = '${ZOE}'`,
  `delete from orders where customer_id = '${ZOE}'`,
  ...PAST_ORDERS.map(([daysAgo, amount]) =>
    order(`${start} - interval '${daysAgo} days' + interval '17 hours'`, amount),
  ),
  `delete from outgrow_answers where lower(trim(email)) = 'zoe.nunez@example.com' or lower(trim(email)) like '%.7@example.com'`,
  answer(`${start} - interval '40 days'`, '58', 'Trend Lover'),
]

/** She subscribes, takes the quiz once more, and then orders again. */
export const ZOE_A_DAY_LATER = (start: string): string[] => [
  `update customers set newsletter = true, newsletter_opened_at = ${start} + interval '9 hours' where customer_id = '${ZOE}'`,
  answer(`${start} + interval '10 hours'`, ' 91 ', ' Night Owl'),
  order(`${start} + interval '11 hours'`, '189.00'),
]

const order = (at: string, amount: string): string =>
  `insert into orders (order_id, customer_id, ordered_at, amount, status) select max(order_id) + 1, '${ZOE}', ${at}, cast(${amount} as decimal(10, 2)), 'paid' from orders`

const answer = (at: string, score: string, outcome: string): string =>
  `insert into outgrow_answers (submission_id, submitted_at, quiz, email, question, answer, score, outcome) select max(submission_id) + 1, ${at}, 'style-finder', 'Zoe.Nunez@example.com', 'What do you look for first?', 'Surprise me 😍', '${score}', '${outcome}' from outgrow_answers`
