#!/usr/bin/env node
try {
  const [{ main }, { processIo }] = await Promise.all([import('../dist/cli.js'), import('../dist/io.js')]);
  await main(process.argv.slice(2), processIo());
} catch (error) {
  // The program itself is in many files: what `main` would say of this cannot be said where it could not be loaded.
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error;
  process.stderr.write('llmcost: Too many files are open to load the program.\nAllow more: ulimit -n 1024\n');
  process.exitCode = 3;
}
