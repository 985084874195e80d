// Decides how the demo goes on when it ends with the dashboard: day after day until today, a bad night at the end, and the
// service on what came of it. A day passes within a second: the ledger is told that all it knows happened a day earlier.

import { BROKEN_NIGHT, daySql } from './day-sql.ts'
import { expectEqual } from './expectation.ts'
import { HELD, heldSyncs } from './held-syncs.ts'
import type { Life, Scene } from './scene.ts'

/** Of the scenes, which come before. */
const DAYS_TOLD = 2

export async function passDay(
  { folder, shop, life }: Scene,
  day: number,
  further: readonly string[] = [],
): Promise<void> {
  if (life !== undefined) await folder.age(1)
  await folder.change([...daySql(shop, day), ...further])
}

/** What people type: Brazier withholds the city, and Braze refuses the addresses. */
const TYPED_WRONGLY = [
  "update customers set city = repeat('Llanfair', 40) where customer_id = (select min(customer_id) from customers)",
  `update customers set email = 'mail me at home'
where customer_id in (select customer_id from customers order by customer_id desc limit 3)`,
]

export async function live(scene: Scene, { days, port }: Life): Promise<void> {
  const { commands, narrator } = scene
  narrator.heading('Days pass')
  narrator.say(
    [
      `${days - DAYS_TOLD} more days, each within a second: what the ledger knows is put back by a day, and the`,
      'shop goes on. Somebody types a nonsense address. In the last night the copy of the',
      'quiz answers stops halfway again, and this time nobody has looked yet.',
    ].join('\n'),
  )
  for (let day = DAYS_TOLD + 1; day <= days; day += 1) {
    const further = [...(day === DAYS_TOLD + 1 ? TYPED_WRONGLY : []), ...(day === days ? BROKEN_NIGHT : [])]
    await passDay(scene, day, further)
    await commands.ask(['sync'])
  }
  expectEqual('the list of held syncs', await heldSyncs(commands), HELD)
  narrator.heading('The dashboard')
  narrator.say('It stays until Ctrl-C. Under Plans, two wait for you.')
  await commands.serve(port)
}
