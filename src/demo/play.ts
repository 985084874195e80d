// Decides what the demo tells, scene by scene, and checks that everything is as it says.

import { count } from '../cli/format.ts'
import { startSandbox } from '../sandbox/start-sandbox.ts'
import { BROKEN_NIGHT, REPAIRED_NIGHT } from './day-sql.ts'
import { expectEqual } from './expectation.ts'
import { HELD, heldSyncs } from './held-syncs.ts'
import { live, passDay } from './life.ts'
import { heldBy, profileText } from './profile-text.ts'
import type { Demo, Scene } from './scene.ts'
import { SHOP_TABLES, type Shop, shopSql } from './shop-sql.ts'
import { ZOE } from './zoe.ts'

const CUSTOMERS = 5000
/** ceil(5,000 / 75): one object per person, however many syncs concern her. */
const FIRST_REQUESTS = 67

export async function play(demo: Demo): Promise<void> {
  const days = demo.life?.days ?? 0
  const day = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
  const shop: Shop = { database: 'duckdb', customers: CUSTOMERS, day }
  const sandbox = await startSandbox()
  try {
    const scene = { ...demo, shop, sandbox }
    await openShop(scene)
    await look(scene)
    await firstLoad(scene)
    await nextDay(scene)
    await brokenNight(scene)
    if (demo.life === undefined) goOn(scene)
    else await live(scene, demo.life)
  } finally {
    await sandbox.close()
  }
}

async function openShop({ folder, shop, sandbox, narrator, place }: Scene): Promise<void> {
  narrator.heading('A shop, and a Braze on this machine')
  await folder.change(shopSql(shop))
  await folder.configure(sandbox.url)
  const [customers = 0, orders = 0, answers = 0] = await folder.count(SHOP_TABLES)
  expectEqual('the number of customers', customers, CUSTOMERS)
  narrator.say(
    [
      `The warehouse is a DuckDB file: ${count(customers)} customers, ${count(orders)} orders, and ${count(answers)}`,
      'answers of an Outgrow quiz. Braze is the sandbox: it speaks its API, holds',
      'profiles, and refuses what Braze refuses. Four audiences and two property files',
      'stand in sql/. Nothing leaves this machine.',
    ].join('\n'),
  )
  narrator.command(`cd ${place}`)
}

async function look({ commands, sandbox, narrator }: Scene): Promise<void> {
  narrator.heading('Are the definitions right?')
  await commands.run(['check'])
  narrator.heading('What would be sent?')
  await commands.run(['plan'])
  expectEqual('the number of requests so far', sandbox.requests.length, 0)
}

async function firstLoad({ commands, sandbox, narrator }: Scene): Promise<void> {
  narrator.heading('The first load')
  await commands.run(['sync'])
  expectEqual('the number of profiles in Braze', sandbox.profiles().length, CUSTOMERS)
  expectEqual('the number of requests', sandbox.requests.length, FIRST_REQUESTS)
  narrator.say(
    `Six syncs, but one object per person, 75 to a request: ${FIRST_REQUESTS} requests, ${count(CUSTOMERS)} people.`,
  )
}

async function nextDay(scene: Scene): Promise<void> {
  const { commands, sandbox, narrator } = scene
  const before = heldBy(sandbox.profile(ZOE))
  narrator.heading('A day passes')
  await passDay(scene, 1)
  narrator.say(
    'People order, return things, sign up, unsubscribe, answer the quiz.\nOnly the difference is sent.',
  )
  await commands.run(['plan'])
  await commands.run(['sync'])
  const after = heldBy(sandbox.profile(ZOE))
  const {
    vip,
    lapsed_vip: lapsed,
    audiences,
    outgrow_quiz_score: score,
    outgrow_custom_segment: segment,
  } = after
  expectEqual(
    "Zoë's profile",
    { vip, lapsed, audiences, score, segment },
    { vip: true, lapsed: false, audiences: ['newsletter_engaged'], score: 91, segment: 'night_owl' },
  )
  narrator.say(
    `Zoë (${ZOE}) subscribed, took the quiz again and came back after three months.\nHer profile in Braze:`,
  )
  narrator.say(profileText(before, after, narrator.paint))
}

async function brokenNight(scene: Scene): Promise<void> {
  const { commands, folder, sandbox, narrator } = scene
  const before = heldBy(sandbox.profile(ZOE))
  narrator.heading('A bad night')
  await passDay(scene, 2, BROKEN_NIGHT)
  narrator.say(
    'The nightly copy of the quiz answers stopped halfway: hundreds of people seem\nnever to have taken it.',
  )
  await commands.run(['sync'], 3)
  expectEqual('the list of held syncs', await heldSyncs(commands), HELD)
  expectEqual("Zoë's profile", heldBy(sandbox.profile(ZOE)), before)
  narrator.say(
    [
      'Exit code 3: a guard holds the two syncs that read the answers; the other four',
      'went on, and in Braze nobody lost anything. Were it meant, one would type the',
      'lines above. It is not: the copy is repaired, and the next run goes on.',
    ].join('\n'),
  )
  await folder.change(REPAIRED_NIGHT)
  await commands.run(['sync'])
  await commands.run(['plan'])
  expectEqual('the list of held syncs', await heldSyncs(commands), [])
}

function goOn({ narrator, place }: Scene): void {
  narrator.heading('Go on')
  const { strong } = narrator.paint
  narrator.say(
    [
      'What the demo left behind can be looked at:',
      `  ${strong(`npx brazier status --project ${place}`)}`,
      `  ${strong(`npx brazier runs --project ${place}`)}`,
      '',
      'This repository is a project too, on the same shop. Open a Braze on this machine',
      'and leave it running:',
      `  ${strong('npx brazier sandbox --state state/sandbox.json')}`,
      'Then, in another terminal, send everything; change a file, such as',
      'sql/audiences/vip.sql, and look at what that would do:',
      `  ${strong('npx brazier sync')}`,
      `  ${strong('npx brazier plan')}`,
      '',
      'Your own data: README.md, "Your own Postgres".',
    ].join('\n'),
  )
}
