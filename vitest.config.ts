// Decides how the tests run: on real databases, two files at a time.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // Tests that stop and kill processes meet a machine that stalls now and then; one that is tried again says so.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
})
