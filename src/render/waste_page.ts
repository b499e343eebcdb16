import type { CacheRow, LimitRow, WasteReport, WasteRow } from '../query/waste/answer.js';
import type { Page, PageCell, PageColumn, Section } from './page/data.js';
import { formatCount, formatMoney, formatPercent } from './text/number.js';
import { decisions, nameOf, remarks, titleOf } from './waste.js';

/** The answer as a page: what could be saved by kind, who is behind it, how it was decided, what caching brought. */
export function wastePage(report: WasteReport): Page {
  return {
    title: 'Waste',
    subtitle: titleOf(report),
    sections: [
      figures(report),
      ...(report.rows.length === 0 ? [] : [chart(report.rows), kinds(report), behind(report.rows), decided(report)]),
      ...(report.cache.length === 0 ? [] : [cache(report.cache)]),
      ...(report.limits.length === 0 ? [] : [limits(report.limits)]),
    ],
    notes: [...remarks(report), ...report.warnings.map(({ message }) => message)],
    footer: [
      `Price book ${report.price_book}. No call is counted twice: the first kind that claims it has it, in the order of the table. A month has 30 days.`,
    ],
  };
}

function figures({ totals }: WasteReport): Section {
  const share = totals.share_percent;
  return {
    type: 'figures',
    figures: [
      { label: 'could be saved', value: formatMoney(totals.saving), note: `of ${formatMoney(totals.cost_in_scope)}` },
      { label: 'in a month', value: formatMoney(totals.saving_per_month) },
      { label: 'of the cost', value: share === null ? '–' : formatPercent(share, totals.saving) },
      { label: 'calls', value: formatCount(totals.calls) },
    ],
  };
}

function chart(rows: readonly WasteRow[]): Section {
  return {
    type: 'chart',
    kind: 'bars',
    title: 'What could be saved',
    labelTitle: 'waste',
    labels: rows.map(({ title }) => title),
    value: { title: 'USD', unit: 'money' },
    series: [{ name: 'saving', cells: rows.map(({ saving }) => money(saving)), tone: 'bad' }],
  };
}

function kinds({ rows, totals }: WasteReport): Section {
  return {
    type: 'table',
    title: 'Kinds of waste',
    columns: [text('waste'), text('sure?'), number('calls'), number('cost'), number('saving'), number('per month')],
    rows: rows.map((row) => [
      { text: row.title },
      { text: row.confidence },
      count(row.calls),
      money(row.cost),
      money(row.saving),
      money(row.saving_per_month),
    ]),
    footer: [
      [
        { text: 'total' },
        { text: '' },
        count(totals.calls),
        money(totals.cost),
        money(totals.saving),
        money(totals.saving_per_month),
      ],
    ],
  };
}

function decided(report: WasteReport): Section {
  return { type: 'text', title: 'How it was decided', paragraphs: decisions(report) };
}

function behind(rows: readonly WasteRow[]): Section {
  const more = rows.filter((row) => row.more !== 0).map((row) => `${row.title}: ${formatCount(row.more)}`);
  return {
    type: 'table',
    title: 'Who is behind it',
    text: more.length === 0 ? undefined : `Left out, with less to save: ${more.join(', ')}.`,
    columns: [text('waste'), text('customer · feature · model'), number('calls'), number('saving')],
    rows: rows.flatMap((row) =>
      row.behind.map((one) => [{ text: row.title }, { text: nameOf(one) }, count(one.calls), money(one.saving)]),
    ),
  };
}

function cache(rows: readonly CacheRow[]): Section {
  return {
    type: 'table',
    title: 'Cache',
    text: 'What reads saved against ordinary input, what writes cost beyond it; what writing for an hour instead of 5 minutes would have saved.',
    columns: [
      text('model'),
      ...['tokens read', 'written', 'for 1 hour', 'reads saved', 'writes cost', 'net', '1 hour instead'].map(number),
    ],
    rows: rows.map((row) => [
      { text: [row.provider, row.model].map((name) => name ?? '(none)').join(' · ') },
      count(row.read_tokens),
      count(row.written_tokens),
      count(row.written_1h_tokens),
      money(row.saved),
      money(row.paid),
      money(row.net),
      row.one_hour_instead === null ? { text: '–', value: null } : money(row.one_hour_instead),
    ]),
  };
}

function limits(rows: readonly LimitRow[]): Section {
  return {
    type: 'table',
    title: 'Limits on answers that are too high',
    columns: [text('feature · model'), number('calls'), number('limit'), number('largest answer')],
    rows: rows.map((row) => [
      { text: `${row.feature ?? '(none)'} · ${row.model ?? '(none)'}` },
      count(row.calls),
      count(row.max_output_tokens),
      count(row.largest_output),
    ]),
  };
}

function text(title: string): PageColumn {
  return { title, kind: 'text' };
}

function number(title: string): PageColumn {
  return { title, kind: 'number' };
}

function money(amount: string): PageCell {
  return { text: formatMoney(amount), value: amount };
}

function count(value: number | string): PageCell {
  return { text: formatCount(value), value };
}
