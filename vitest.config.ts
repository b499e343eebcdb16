import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['test/built.ts'],
    testTimeout: 30_000,
    // The tests share two cores with DuckDB's own threads.
    pool: 'forks',
  },
});
