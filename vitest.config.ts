import { defineConfig } from 'vitest/config';

/** What takes long: damaged files, killed imports, hundreds of commands, real data beside the checkout. */
const HEAVY = ['test/**/*.heavy.test.ts', 'test/shared/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/built.ts'],
    pool: 'forks',
    // The tests share two cores with DuckDB's own threads; a third one works while others wait for the disk or a process of theirs.
    maxWorkers: 3,
    // No test changes the program or the process for another one: the program and DuckDB are loaded once for each worker, not once for
    // each file, and so is the database with the bundled prices (test/import/world.ts).
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: HEAVY,
          // Generous: a machine may be slow or busy; what is measured is measured in test/bench.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'heavy',
          include: HEAVY,
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
