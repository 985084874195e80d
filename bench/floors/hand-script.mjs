// What a data team writes by hand: read the table with pg, send 75 at a time with fetch, one request in flight, no diff, no
// state, three tries.

import pg from 'pg'

const [url, endpoint, table] = process.argv.slice(2)
const client = new pg.Client({ connectionString: url })
await client.connect()
const { rows } = await client.query(`select * from ${table}`)
for (let i = 0; i < rows.length; i += 75) {
  const attributes = rows.slice(i, i + 75).map(({ id, n, ...rest }) => ({ external_id: id, ...rest }))
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(`${endpoint}/users/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
      body: JSON.stringify({ attributes }),
    })
    await response.text()
    if (response.ok) break
    if (attempt === 3) process.exit(1)
  }
}
await client.end()
