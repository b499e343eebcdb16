import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));
const run = (...words: string[]) => spawnSync(process.execPath, [RUN, '--handful', ...words], { encoding: 'utf8' });

test('what a handful of emitters leave is what the provider billed', ({ skip }) => {
  const installed = run('--install');
  // Without Python, npm or their registries there is nothing to run.
  if (installed.status !== 0) skip(`no emitters here: ${installed.stderr.trim().split('\n').at(-1)}`);
  const { stdout, status } = run();
  expect(stdout).toMatch(/^4 passed, 0 failed$/m);
  expect(status).toBe(0);
});
