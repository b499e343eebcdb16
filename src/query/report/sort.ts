import { UsageError } from '../../errors.js';
import { METRIC_NAMES, metricNamed } from '../metrics/metrics.js';
import type { ReportSort } from '../metrics/order.js';

/** An order as --sort takes it: the name of a metric, `name` or `change`, with :asc or :desc. UsageError that lists what there is. */
export function sortOf(text: string): ReportSort {
  const [word = '', direction, ...rest] = text.split(':');
  const by = word === 'name' || word === 'change' ? word : metricNamed(word);
  if (by === undefined || rest.length > 0 || !['asc', 'desc', undefined].includes(direction)) {
    throw new UsageError(
      `--sort '${text}' is not an order.\nPossible are: name, change (with --compare), ${METRIC_NAMES.join(', ')}; with :asc or :desc, for example --sort requests:desc.`,
    );
  }
  const usual = by === 'name' ? 'asc' : 'desc';
  return { by, direction: direction === 'asc' || direction === 'desc' ? direction : usual };
}
