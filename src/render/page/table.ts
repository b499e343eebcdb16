import { formatCount } from '../text/number.js';
import type { Table } from '../text/table.js';
import { cutInMiddle, plain } from '../text/text.js';
import type { PageCell, PageColumn, TableSection } from './data.js';
import { type Html, html } from './html.js';

/** So many rows of a table stand in a page: a page must stay below a megabyte however many customers there are. */
export const PAGE_ROWS = 200;

/** A table as a section; src/browser/tables.ts makes it sortable and filterable. */
export function tableSection({ title, text, columns, rows, footer = [], width }: TableSection): Html {
  const shown = rows.slice(0, PAGE_ROWS);
  return html`<section class="card ${width ?? 'full'}">
<h2>${title}</h2>
${text === undefined ? undefined : html`<p class="text">${text}</p>\n`}<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table class="sortable">
<caption>${title}</caption>
<thead>
<tr>${columns.map(headCell)}</tr>
</thead>
<tbody>
${shown.map((row) => tableRow(row, columns))}</tbody>
${footer.length === 0 ? undefined : html`<tfoot>\n${footer.map((row) => tableRow(row, columns))}</tfoot>\n`}</table>
</div>
${rows.length === shown.length ? undefined : html`<p class="text">${omitted(rows.length)}</p>\n`}</section>\n`;
}

/** A table of a terminal as a section. It is sorted by the numbers its texts show. */
export function sectionOf(title: string, { columns, rows, footer }: Table): TableSection {
  const cells = (line: readonly string[]) => line.map((text) => ({ text }));
  return {
    type: 'table',
    title,
    columns: columns.map(({ title: head, align }) => ({ title: head, kind: align === 'right' ? 'number' : 'text' })),
    rows: rows.map(cells),
    footer: footer.map(cells),
  };
}

function omitted(rows: number): string {
  return `The first ${formatCount(PAGE_ROWS)} of ${formatCount(rows)} rows, and ${formatCount(rows - PAGE_ROWS)} more; --format csv has all.`;
}

function headCell({ title, kind }: PageColumn): Html {
  return html`<th scope="col" class="${kind}">${title}</th>`;
}

function tableRow(row: readonly PageCell[], columns: readonly PageColumn[]): Html {
  return html`<tr>${columns.map(({ kind }, index) => tableCell(row[index] ?? { text: '' }, kind))}</tr>\n`;
}

/** A cell whose raw value, where it has one, is at hand for scripts. */
export function tableCell({ text, value }: PageCell, kind: PageColumn['kind']): Html {
  const raw = value === undefined || value === null ? undefined : html` data-v="${value}"`;
  return html`<td class="${kind}"${raw}>${pageName(text)}</td>`;
}

const LONGEST = 120;

/** A text from data, of a length that a page can bear. */
export function pageName(text: string): string {
  return cutInMiddle(plain(text), LONGEST);
}
