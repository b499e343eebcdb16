import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['test/built.ts'],
    // Generous: a machine may be slow or busy; what is measured is measured in test/bench.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The tests share two cores with DuckDB's own threads; a third one works while others wait for the disk or a process of theirs.
    pool: 'forks',
    maxWorkers: 3,
    // No test changes the program or the process for another one: the program and DuckDB are loaded once for each worker, not once for
    // each file, and so is the database with the bundled prices (test/import/world.ts).
    isolate: false,
  },
});
