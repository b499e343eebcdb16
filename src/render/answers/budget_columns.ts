import type { BudgetCheck, BudgetRow } from '../../query/budget/answer.js';
import { NONE, type Table } from '../document.js';
import { valueText } from '../text/metric.js';
import { formatCount, formatMoney, formatPercent, inCurrency } from '../text/number.js';

/** How much of a check is shown. */
export interface Shown {
  /** What is ok as well. */
  all: boolean;
  /** Rows of a table at most. */
  top: number;
}

/** The rows to show: all, or those that are not ok. */
export function shownRows({ rows }: BudgetCheck, { all }: Shown): BudgetRow[] {
  return all ? rows : rows.filter(({ verdict }) => verdict !== 'ok');
}

/** The check as the table people see; columns that nothing fills are left out. Names are as the data has them. */
export function budgetTable(rows: readonly BudgetRow[]): Table {
  const shared = sharedPeriod(rows) !== undefined;
  const columns = COLUMNS.filter(({ title, always, cell }) => {
    if (title === 'period') return !shared;
    return always === true || rows.some((row) => cell(row) !== '');
  });
  return {
    columns: columns.map(({ title, align, fixed = false, optional }) => ({ title, align, fixed, optional })),
    rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
    footer: [],
  };
}

interface Column {
  title: string;
  align: 'left' | 'right';
  /** Bars and dates are never broken. */
  fixed?: boolean;
  optional?: boolean;
  cell: (row: BudgetRow) => string;
  always?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'verdict', align: 'left', cell: ({ verdict }) => verdict.replace('_', ' '), always: true },
  { title: 'budget', align: 'left', cell: ({ rule }) => rule, always: true },
  { title: 'who', align: 'left', cell: whoOf },
  { title: 'period', align: 'right', cell: ({ period }) => period, always: true },
  { title: 'limit', align: 'right', cell: limitCell, always: true },
  { title: 'used', align: 'right', cell: ({ used, ...row }) => amountText(used, row), always: true },
  { title: '%', align: 'right', cell: percentCell, always: true },
  { title: '', align: 'left', fixed: true, cell: bar },
  {
    title: 'forecast',
    align: 'right',
    cell: ({ projected, ...row }) => (projected === null ? '' : amountText(projected, row)),
  },
  { title: '80% interval', align: 'right', optional: true, cell: intervalCell },
  { title: 'used up', align: 'left', fixed: true, optional: true, cell: ({ used_up_on }) => used_up_on ?? '' },
  { title: 'mostly', align: 'left', optional: true, cell: driverCell },
];

/** The period of all rows, if they have the same one: then it is above them. */
function sharedPeriod(rows: readonly BudgetRow[]): string | undefined {
  const [first, ...others] = new Set(rows.map(({ period }) => period));
  return others.length === 0 ? first : undefined;
}

/** The values of a group: 'acme, chat'; nothing where a rule has no groups. */
export function whoOf({ group, verdict }: BudgetRow): string {
  // Where there is no usage, there is nobody: not even those without a name.
  if (verdict === 'no_data') return '';
  return Object.values(group)
    .map((value) => value ?? NONE)
    .join(', ');
}

function limitCell({ limit, limit_text, ...row }: BudgetRow): string {
  const least = /^\s*(at least|min|>=)/i.test(limit_text) ? '≥ ' : '';
  return limit === null ? limit_text : `${least}${amountText(limit, row)}`;
}

function percentCell({ used_percent, used }: BudgetRow): string {
  return used_percent === null ? '' : formatPercent(used_percent, used);
}

const WIDTH = 10;

/** Ten steps of the limit: used, to come by the forecast, left. */
function bar({ used_percent, projected_percent }: BudgetRow): string {
  if (used_percent === null) return '';
  const steps = (percent: string) => Math.min(WIDTH, Math.floor(Number(percent) / (100 / WIDTH)));
  const used = steps(used_percent);
  const toCome = Math.max(used, steps(projected_percent ?? '0'));
  return '█'.repeat(used) + '▒'.repeat(toCome - used) + '·'.repeat(WIDTH - toCome);
}

function intervalCell({ projected_low, projected_high, forecast_note, ...row }: BudgetRow): string {
  if (projected_low === null || projected_high === null) return forecast_note === null ? '' : 'too little history';
  return `${amountText(projected_low, row)} – ${amountText(projected_high, row)}`;
}

function driverCell({ driver }: BudgetRow): string {
  return driver === null
    ? ''
    : `${driver.dimension} ${driver.value ?? NONE} ${formatPercent(driver.share_percent, null)}`;
}

/** An amount in its unit as people read it, ? where it is not known. Two places are enough where it is no money. */
export function amountText(amount: string | null, { unit, currency }: Pick<BudgetRow, 'unit' | 'currency'>): string {
  if (amount === null) return '?';
  if (unit === 'money') return inCurrency(currency, () => formatMoney(amount));
  return valueText(unit, amount.replace(/(\.\d\d)\d+$/, '$1').replace(/\.0+$/, ''));
}

/** When it was checked, the period if all rows have the same, in which zone, by which prices. */
export function budgetTitle({ query, price_book }: BudgetCheck, rows: readonly BudgetRow[]): string {
  const at = query.at.slice(0, 16).replace('T', ' ');
  const period = sharedPeriod(rows);
  const span = period === undefined ? `periods in ${query.tz}` : `${period} (${query.tz})`;
  return `${at} UTC, ${span} · price book ${price_book === '' ? 'none' : price_book}`;
}

/** `verdict: breach (exit code 1): 2 breach, 1 warn, 5 ok`. */
export function verdictLine({ verdict, exit_code, counts }: BudgetCheck): string {
  const parts = (['breach', 'forecast', 'undecided', 'no_data', 'warn', 'ok'] as const).filter(
    (one) => counts[one] > 0,
  );
  const told = parts.map((one) => `${formatCount(counts[one])} ${one.replace('_', ' ')}`).join(', ');
  return `verdict: ${verdict.replace('_', ' ')} (exit code ${exit_code}): ${told}`;
}

/** What is in place of a table, or below one that is cut; undefined if nothing is missing. */
export function restLine(check: BudgetCheck, shown: Shown): string | undefined {
  const rows = shownRows(check, shown);
  if (rows.length > shown.top)
    return `… and ${formatCount(rows.length - shown.top)} more; --top shows more, --format json all.`;
  if (rows.length > 0) return undefined;
  return 'All budgets are ok; --all shows them.';
}
