import { type Cell, type Column, type TableSection, textOf } from '../document.js';
import { formatCount } from '../text/number.js';
import { cutInMiddle, plain } from '../text/text.js';
import { type Html, html } from './html.js';

/** So many rows of a table are in a page: a page must stay below a megabyte however many customers there are. */
export const PAGE_ROWS = 200;

/** A table as a section; src/browser/tables.ts makes it sortable and filterable. Columns drawn with letters are left out. */
export function tableSection({ title, text, table, width }: TableSection): Html {
  const { columns, rows, footer } = table;
  const drawn = columns.map(({ fixed }) => fixed !== true);
  const kept = columns.filter((_, index) => drawn[index]);
  const line = (cells: readonly Cell[]) =>
    tableRow(
      cells.filter((_, index) => drawn[index]),
      kept,
    );
  const shown = rows.slice(0, PAGE_ROWS);
  return html`<section class="card ${width ?? 'full'}">
<h2>${title}</h2>
${text === undefined ? undefined : html`<p class="text">${text}</p>\n`}<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table class="sortable">
<caption>${title}</caption>
<thead>
<tr>${kept.map(headCell)}</tr>
</thead>
<tbody>
${shown.map(line)}</tbody>
${footer.length === 0 ? undefined : html`<tfoot>\n${footer.map(line)}</tfoot>\n`}</table>
</div>
${rows.length === shown.length ? undefined : html`<p class="text">${omitted(rows.length)}</p>\n`}</section>\n`;
}

function omitted(rows: number): string {
  return `The first ${formatCount(PAGE_ROWS)} of ${formatCount(rows)} rows, and ${formatCount(rows - PAGE_ROWS)} more; --format csv has all.`;
}

type Kind = 'text' | 'number';

function kindOf({ align }: Column): Kind {
  return align === 'right' ? 'number' : 'text';
}

function headCell(column: Column): Html {
  return html`<th scope="col" class="${kindOf(column)}">${column.title}</th>`;
}

function tableRow(cells: readonly Cell[], columns: readonly Column[]): Html {
  return html`<tr>${columns.map((column, index) => tableCell(cells[index] ?? '', kindOf(column)))}</tr>\n`;
}

/** A cell whose raw value, where it has one, is at hand for scripts. */
export function tableCell(cell: Cell, kind: Kind): Html {
  const value = typeof cell === 'string' ? undefined : cell.value;
  const raw = value === undefined || value === null ? undefined : html` data-v="${value}"`;
  return html`<td class="${kind}"${raw}>${pageName(textOf(cell))}</td>`;
}

const LONGEST = 120;

/** A text from data, of a length that a page can bear. */
export function pageName(text: string): string {
  return cutInMiddle(plain(text), LONGEST);
}
