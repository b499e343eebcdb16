import { formatCount } from './number.js';
import type { CostReport } from "../../query/report/answer.js";

/**
 * What the figures rest on, in one line: how much is priced, by which prices, what is not attributed, and the exact time. The age of the
 * prices is told to people only: a file is not wrong tomorrow.
 */
export function coverageLine({ coverage, price_book, query }: CostReport, seen: boolean): string {
  const { rows, priced_percent, rows_without_customer, price_age_days } = coverage;
  if (priced_percent === null) return 'coverage: no usage';
  const days = price_age_days === null || !seen ? '' : `, ${formatCount(price_age_days)} days old`;
  const parts = [
    `${priced_percent}% of ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} priced`,
    price_book === '' ? 'no price list' : `price book ${price_book}${days}`,
    ...(rows_without_customer === 0 ? [] : [`${formatCount(rows_without_customer)} without customer`]),
    grainOf(coverage),
    timeLine(coverage, query.tz),
  ];
  return `coverage: ${parts.join(' · ')}`;
}

function timeLine({ since, until }: CostReport['coverage'], tz: string): string {
  const zone = tz === 'UTC' ? 'UTC' : `UTC; days are those of ${tz}`;
  return since === null && until === null ? zone : `${timeOf(since)} to ${timeOf(until)} (${zone})`;
}

function grainOf({ rows, bucket_rows }: CostReport['coverage']): string {
  if (bucket_rows === 0) return 'single calls';
  return bucket_rows === rows
    ? 'buckets of calls'
    : `single calls and ${formatCount(bucket_rows)} buckets of calls, mixed`;
}

/** 2026-09-01T00:00:00.000Z → 2026-09-01 00:00 */
function timeOf(iso: string | null): string {
  return iso === null
    ? 'unknown'
    : iso
        .replace('T', ' ')
        .replace(/(:00)?\.000Z$/, '')
        .replace('Z', '');
}
