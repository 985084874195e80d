// Decides how the tests run: on real databases, two files at a time.

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
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
})
