import type { Count } from './count.js';
import type { Base } from './metrics/metric_rows.js';

/** How much of the usage in scope the figures stand for. */
export interface Coverage {
  /** null if no row tells how many requests it stands for. */
  requests: Count | null;
  priced_requests: Count;
  unpriced_requests: Count;
  assumed_requests: Count;
}

/** The coverage of a total. */
export function coverageOf(base: Base): Coverage {
  const unknown = base.usage_rows !== 0 && base.unknown_rows === base.usage_rows;
  return {
    requests: unknown ? null : base.requests,
    priced_requests: base.priced_requests,
    unpriced_requests: base.unpriced_requests,
    assumed_requests: base.assumed_requests,
  };
}
