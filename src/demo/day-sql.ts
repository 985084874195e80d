// Decides what happens in the demo shop on a day: orders, refunds, sign-ups, quiz answers, people who leave the newsletter or
// the shop. The same in DuckDB and in Postgres, and in every run. Also what a broken night does, and its repair. Pure.

import { type Draws, drawsOf, SHOP_DATABASES } from './shop-database.ts'
import { answerColumns, customers, NUMBER, type Shop } from './shop-sql.ts'
import { ZOE, ZOE_A_DAY_LATER } from './zoe.ts'

const NEWCOMERS = 12

/** Single statements, in order. Day 1 is the one on which the shop opens; days follow one another. */
export function daySql(shop: Shop, number: number): string[] {
  const draws = drawsOf(SHOP_DATABASES[shop.database])
  const start = `(timestamp '${shop.day} 00:00:00' + interval '${number - 1} days')`
  const first = shop.customers + NEWCOMERS * (number - 1) + 1
  return [
    `insert into customers\n${customers(draws, `(${start} + interval '1 day')`, [first, first + NEWCOMERS - 1])}`,
    ...changes(draws, start, number),
    ...(number === 1 ? ZOE_A_DAY_LATER(start) : []),
  ]
}

function changes(draws: Draws, start: string, number: number): string[] {
  const { draw, over } = draws
  const key = `(i || ' day ${number}')`
  const some = (name: string, perMille: number, of = NUMBER) =>
    `${draw(name, 1000, `(${of} || ' day ${number}')`)} < ${perMille} and customer_id <> '${ZOE}'`
  const moment = (name: string) => `${start} + interval '1 minute' * ${draw(name, 1440, key)}`
  const cents = `990 + 4000000 ${over} (150 + ${draw('amount', 4850, key)})`
  return [
    `insert into orders (order_id, customer_id, ordered_at, amount, status)
select (select max(order_id) from orders) + row_number() over (order by i), customer_id, ${moment('minute of order')},
  cast((${cents}) * 0.01 as decimal(10, 2)), 'paid'
from (select customer_id, ${NUMBER} as i from customers where ${some('orders today', 24)}) as people`,
    `update orders set status = 'refunded' where status = 'paid' and ${some('refund', 2, 'order_id')}`,
    `update customers set newsletter = false where newsletter and ${some('unsubscribes', 12)}`,
    `update customers set newsletter_opened_at = ${start} + interval '8 hours' where newsletter and ${some('opens today', 30)}`,
    `update customers set city = null where ${some('moves away', 4)}`,
    `delete from customers where ${some('closes the account', 1)}`,
    'delete from orders where customer_id not in (select customer_id from customers)',
    `insert into outgrow_answers
select (select max(submission_id) from outgrow_answers) + row_number() over (order by i), submitted_at, quiz, email, question, answer, score, outcome
from (
  select i, ${moment('minute of answer')} as submitted_at, ${answerColumns(draws, key)}
  from (select ${NUMBER} as i, email from customers where ${some('quiz today', 10)}) as people
) as given`,
  ]
}

/** The nightly copy of the quiz answers stops halfway. */
export const BROKEN_NIGHT = [
  'alter table outgrow_answers rename to outgrow_answers_whole',
  'create table outgrow_answers as select * from outgrow_answers_whole where submission_id <= (select max(submission_id) / 2 from outgrow_answers_whole)',
]

export const REPAIRED_NIGHT = [
  'drop table outgrow_answers',
  'alter table outgrow_answers_whole rename to outgrow_answers',
]
