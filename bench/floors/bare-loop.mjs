// The floor of sending: a bare undici loop that stringifies the same 75 objects for every request. Prints requests a second.

import { Pool } from 'undici'

const [url, requests, connections] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const objects = Array.from({ length: 75 }, (_, i) => ({
  external_id: `usr_${String(i).padStart(16, '0')}`,
  _update_existing_only: false,
  city: `city_${i}`,
  orders: i,
  ltv: 123456 + i,
  consent: i % 2 === 0,
  last_seen: '2024-07-28T23:41:16.000Z',
}))
const pool = new Pool(url, { connections, pipelining: 1 })
let sent = 0
const started = performance.now()
const worker = async () => {
  while (sent < requests) {
    sent += 1
    const { body } = await pool.request({
      path: '/users/track',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ attributes: objects }),
    })
    await body.text()
  }
}
await Promise.all(Array.from({ length: connections }, worker))
console.log(JSON.stringify({ perSecond: requests / ((performance.now() - started) / 1000) }))
await pool.close()
