// How long `llmcost --help` takes beside a bare `node -e 0`: node test/bench/startup.mjs [rounds]
import { fileURLToPath } from 'node:url';
import { interleaved } from './measure.mjs';
import { BINARY, node } from './program.mjs';

/** @param {number} rounds */
export async function startup(rounds) {
  return interleaved(rounds, {
    'node -e 0': () => node('-e', '0'),
    'llmcost --help': () => node(BINARY, '--help'),
    'llmcost --version': () => node(BINARY, '--version'),
    'llmcost report --help': () => node(BINARY, 'report', '--help'),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const medians = await startup(Number(process.argv[2] ?? 31));
  const bare = medians['node -e 0'] ?? Number.NaN;
  for (const [name, time] of Object.entries(medians)) {
    process.stdout.write(`${(time / bare).toFixed(2)}  ${time.toFixed(1).padStart(6)} ms  ${name}\n`);
  }
}
