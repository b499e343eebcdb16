import { InputError, UsageError } from '../../errors.js';
import type { MetricName } from '../metrics/metrics.js';
import type { CostReport, ReportMetrics, ReportRow } from '../report/answer.js';
import { nothingOf, type Pair } from './comparison.js';

/** A report kept as JSON, as far as it is compared with. */
export type SavedReport = Pick<CostReport, 'rows' | 'totals' | 'query' | 'currency'>;

/** Reads what `llmcost report --format json` wrote. Throws InputError that names the file. */
export function parseSavedReport(text: string, file: string): SavedReport {
  const found = parsed(text);
  if (isReport(found)) return found;
  throw new InputError(
    `${file} is no report: --compare takes a period, or what llmcost report --format json wrote.\nMake one: llmcost report --format json -o ${file}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Not JSON at all: the caller says what is expected.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isReport(found: unknown): found is SavedReport {
  if (typeof found !== 'object' || found === null || !('schema' in found) || found.schema !== 'llmcost.report/1')
    return false;
  if (!('rows' in found && 'totals' in found && 'query' in found)) return false;
  return Array.isArray(found.rows) && typeof found.totals === 'object';
}

interface Present {
  rows: readonly ReportRow[];
  totals: ReportMetrics;
  by: readonly string[];
  metrics: readonly MetricName[];
}

/** The rows of a report beside those of an earlier one. UsageError if that is grouped by something else. */
export function pairsWithReport({ rows, totals, by, metrics }: Present, former: SavedReport, file: string): Pair[] {
  if (former.query.by.join() !== by.join()) {
    throw new UsageError(
      `${file} is grouped by ${former.query.by.join(', ')}, this report by ${by.join(', ')}.\nAsk for the same: --by ${former.query.by.join(',')}.`,
    );
  }
  const nothing = nothingOf(metrics);
  const before = new Map(former.rows.map((row) => [nameOf(row), alone(row)]));
  const now = new Set(rows.map(nameOf));
  const present = rows.map((row): Pair => {
    const then = before.get(nameOf(row));
    const { kind, groups, group } = row;
    return {
      kind,
      groups,
      group,
      now: alone(row),
      before: then ?? nothing,
      presence: then === undefined ? 'new' : 'both',
    };
  });
  const gone = former.rows.filter((row) => !now.has(nameOf(row)));
  const vanished = gone.map(
    ({ kind, groups, group, ...row }): Pair => ({
      kind,
      groups,
      group,
      now: nothing,
      before: row,
      presence: 'vanished',
    }),
  );
  const total: Pair = {
    kind: 'total',
    groups: rows.length,
    group: {},
    now: totals,
    before: former.totals,
    presence: 'both',
  };
  return [...present, ...vanished, total];
}

/** The metrics of a row of an earlier report, without what that was compared with. */
function alone(row: SavedReport['totals'] & Partial<Pick<ReportRow, 'kind' | 'groups' | 'group'>>): ReportMetrics {
  const { kind: _kind, groups: _groups, group: _group, series: _series, ...changed } = row;
  const { before: _before, change: _change, change_percent: _percent, presence: _presence, ...kept } = changed;
  const { effects: _effects, before_span: _span, ...metrics } = kept;
  return metrics;
}

function nameOf({ kind, group }: ReportRow): string {
  return JSON.stringify([kind, Object.values(group)]);
}
