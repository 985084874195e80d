// Decides how the tests run: on real databases, three files at a time: on two cores, one of them waits for a database.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [
      'test/support/postgres-server.ts',
      'test/support/bigquery-server.ts',
      'test/support/compile-cache.ts',
    ],
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
})
