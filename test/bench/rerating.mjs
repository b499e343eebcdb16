import { cpSync } from 'node:fs';
import { milliseconds } from './measure.mjs';
import { BINARY, drop, node } from './program.mjs';

/**
 * The time it takes to rate every call of a store again after a contract changed all prices, and to change the prices of
 * models that nobody used.
 * @param {string} database
 */
export async function rerating(database) {
  const copy = `${database}.again`;
  cpSync(database, copy);
  try {
    const run = (/** @type {string[]} */ ...argv) => node(BINARY, ...argv, '--db', copy, '--quiet');
    const unused = await milliseconds(() => run('pricing', 'override', 'nobody/model-*', '--factor', '0.5'));
    const priced = await milliseconds(() => run('pricing', 'override', '*', '--factor', '0.9'));
    const again = await milliseconds(() => run('pricing', 'correct', '--all', '--yes'));
    return { unused, priced, again };
  } finally {
    drop(copy);
  }
}
