import { rollUp } from '../../src/query/rollups/build.js';
import { withStore } from '../../src/store/store.js';
import { call, longId, type World } from '../import/world.js';

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'nobody-knows'];

/** Calls of two customers and of nobody, on two days; some of them have audio, some fail, few tell all of their counts. */
export function calls(first: number, count: number, grown = 0): string {
  return Array.from({ length: count }, (_, index) => {
    const n = first + index;
    const hour = String(n % 2 === 0 ? 9 : 22).padStart(2, '0');
    return call(longId(n), {
      timestamp: `2026-10-0${1 + (n % 3 === 0 ? 1 : 0)}T${hour}:${String(n % 60).padStart(2, '0')}:00Z`,
      model: MODELS[n % 11 === 0 ? 2 : n % 2],
      customer: n % 5 === 0 ? undefined : `customer-${n % 2}`,
      output_tokens: 10 + (n % 7) + grown,
      cache_read_tokens: n % 4 === 0 ? 64 : undefined,
      latency_ms: n % 6 === 0 ? undefined : 100 + n,
      status: n % 13 === 0 ? 'error' : 'ok',
    });
  }).join('\n');
}

/** Both kinds of sums. */
export const BOTH = ['hourly', 'daily'] as const;
/** Adds up everything that is not added up yet, however little it is. */
export const rolled = (world: World) =>
  withStore(world.db, { access: 'write' }, (store) =>
    rollUp(store, BOTH, { least: 0, span: 150, patience: Number.POSITIVE_INFINITY }),
  );
