// Decides how one whole process of the product is measured: runs the compiled command in this process and writes its own
// resource use (CPU in seconds, peak memory in MB) to the file named by BENCH_USAGE when it ends.

import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const use = process.resourceUsage()
  const usage = {
    cpuSeconds: (use.userCPUTime + use.systemCPUTime) / 1e6,
    peakMb: use.maxRSS / 1000,
    seconds: performance.now() / 1000,
  }
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage))
})
await import(process.env.BENCH_MODULE ?? '../dist/cli/main.js')
