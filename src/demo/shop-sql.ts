// Decides what the demo shop holds: customers, their orders, and the raw answers of an Outgrow quiz. The same rows in DuckDB
// and in Postgres, in every run; only the dates follow the day that is asked for. Skewed, and as untidy as real tables. Pure.

import { type Draws, drawsOf, SHOP_DATABASES, type ShopDatabaseName } from './shop-database.ts'
import {
  ANSWERS,
  CITIES,
  FIRST_NAMES,
  LAST_NAMES,
  OUTCOMES,
  PLAIN_FIRST_NAMES,
  QUESTION,
} from './shop-words.ts'
import { ZOE_AT_FIRST } from './zoe.ts'

export interface Shop {
  readonly database: ShopDatabaseName
  readonly customers: number
  /** The day that the shop opens, `2026-11-22`: everything in it happened before. */
  readonly day: string
}

export const SHOP_TABLES = ['customers', 'orders', 'outgrow_answers'] as const

/** Single statements, in order. They drop nothing: where tables of these names are, the first one fails. */
export function shopSql(shop: Shop): string[] {
  const draws = drawsOf(SHOP_DATABASES[shop.database])
  const start = `timestamp '${shop.day} 00:00:00'`
  return [
    `create table customers as\n${customers(draws, start, [1, shop.customers])}`,
    `create table orders as\n${orders(draws, start)}`,
    `create table outgrow_answers as\n${answers(draws, start, shop.customers)}`,
    ...ZOE_AT_FIRST(start),
  ]
}

/** A row's own number, from its id. */
export const NUMBER = 'cast(substr(customer_id, 3) as bigint)'

export function customers(
  { draw, skewed, pick }: Draws,
  start: string,
  [first, last]: readonly [first: number, last: number],
): string {
  const minutes = `(${skewed('signed up', 900)} * 1440 + ${draw('minute of sign-up', 1440)})`
  return `select
  'c-' || lpad(cast(i as varchar(10)), 5, '0') as customer_id,
  ${pick('first name', FIRST_NAMES)} as first_name,
  ${pick('last name', LAST_NAMES)} as last_name,
  ${emailOf({ draw, pick })} as email,
  case when ${draw('no city', 100)} < 6 then null else ${pick('city', CITIES)} end as city,
  case when ${draw('never asked', 100)} < 4 then null else ${draw('newsletter', 100)} < 55 end as newsletter,
  case when ${draw('opens', 100)} < 60
    then ${start} - interval '1 minute' * (${skewed('opened', 150)} * 1440 + ${draw('minute of opening', 1440)})
  end as newsletter_opened_at,
  ${start} - interval '1 minute' * ${minutes} as signed_up_at
from generate_series(${first}, ${last}) as numbers(i)`
}

/** Some people have no address; others type it in capitals, or with blanks around it. */
function emailOf({ draw, pick }: Pick<Draws, 'draw' | 'pick'>): string {
  const address = `${pick('first name', PLAIN_FIRST_NAMES)} || '.' || i || '@example.com'`
  return `case
    when ${draw('address', 100)} < 7 then null
    when ${draw('address', 100)} < 9 then ''
    when ${draw('address', 100)} < 15 then upper(${address})
    when ${draw('address', 100)} < 18 then ' ' || ${address} || ' '
    else ${address}
  end`
}

/** A few people order all the time, most hardly ever, a quarter never. */
function orders({ draw, skewed, over }: Draws, start: string): string {
  const number = `case when ${draw('buys', 100)} < 25 then 0 else least(40, 60 ${over} (1 + ${draw('orders', 60)})) end`
  const day = `${skewed('last order', 400)} + (k - 1) * (4 + ${draw('between orders', 30)})`
  const key = "(i || ' ' || k)"
  const cents = `990 + 4000000 ${over} (150 + ${draw('amount', 4850, key)})`
  const status = draw('status', 100, key)
  return `select
  row_number() over (order by ordered_at, customer_id, k) as order_id,
  customer_id,
  ordered_at,
  cast((${cents}) * 0.01 as decimal(10, 2)) as amount,
  case when ${status} < 4 then 'refunded' when ${status} < 7 then 'cancelled' else 'paid' end as status
from (
  select
    customer_id, i, k,
    ${start} - interval '1 minute' * ((${day}) * 1440 + 1 + ${draw('minute of order', 1439, key)}) as ordered_at
  from (select customer_id, ${NUMBER} as i from customers) as people
  join generate_series(1, 40) as numbers(k) on k <= ${number}
) as placed`
}

/** One row per submission: people who take the quiz again, visitors who are no customers, scores that are no numbers. */
function answers(draws: Draws, start: string, count: number): string {
  const { draw, skewed } = draws
  const times = `case when ${draw('takes the quiz', 100)} < 30 then 1 + ${skewed('again', 3)} else 0 end`
  const key = "(i || ' ' || k)"
  const minutes = `(${skewed('answered', 120, key)} * 1440 + 1 + ${draw('minute of answer', 1439, key)})`
  return `select row_number() over (order by submitted_at, i, k) as submission_id, submitted_at, quiz, email, question, answer, score, outcome
from (
  select
    i, k,
    ${start} - interval '1 minute' * ${minutes} as submitted_at,
    ${answerColumns(draws, key)}
  from (
    select ${NUMBER} as i, email from customers
    union all
    select ${count} + visitor as i, 'visitor.' || visitor || '@example.org' as email
    from generate_series(1, ${Math.ceil(count / 40)}) as visitors(visitor)
  ) as people
  join generate_series(1, 3) as numbers(k) on k <= ${times}
) as given`
}

/** quiz, email, question, answer, score, outcome of one submission, from a person's `email` and the key of the row. */
export function answerColumns({ draw, pick }: Draws, key: string): string {
  const score = draw('score', 101, key)
  const form = draw('form of score', 100, key)
  const typed = draw('typing', 100, key)
  return `'style-finder' as quiz,
    case when ${typed} < 10 then upper(email) when ${typed} < 15 then email || ' ' else email end as email,
    '${QUESTION}' as question,
    ${pick('answer', ANSWERS, key)} as answer,
    case
      when ${form} < 5 then 'n/a'
      when ${form} < 8 then ''
      when ${form} < 11 then null
      when ${form} < 16 then ' ' || ${score} || ' '
      when ${form} < 20 then ${score} || '.5'
      else '' || ${score}
    end as score,
    case when ${draw('no outcome', 100, key)} < 6 then null else ${pick('outcome', OUTCOMES, key)} end as outcome`
}
