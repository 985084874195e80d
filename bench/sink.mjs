// Decides what the benchmark sends to: a Braze that says success after BENCH_LATENCY milliseconds and counts requests and
// objects (GET /count, which also starts the count anew). It reads bodies but keeps nothing.

import { createServer } from 'node:http'

const latency = Number(process.env.BENCH_LATENCY ?? 0)
const MARK = Buffer.from('_update_existing_only')
let [requests, objects, first, last] = [0, 0, 0, 0]

function countIn(body) {
  let count = 0
  for (let at = body.indexOf(MARK); at !== -1; at = body.indexOf(MARK, at + MARK.length)) count += 1
  return count
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    if (request.method === 'GET') {
      response.end(JSON.stringify({ requests, objects, seconds: (last - first) / 1000 }))
      requests = objects = first = last = 0
      return
    }
    if (first === 0) first = performance.now()
    requests += 1
    if (process.env.BENCH_COUNT === 'objects') objects += countIn(Buffer.concat(chunks))
    const answer = () => {
      last = performance.now()
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end('{"message":"success","attributes_processed":75}')
    }
    if (latency > 0) setTimeout(answer, latency)
    else answer()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${server.address().port}` }))
