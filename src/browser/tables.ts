/*
 * Runs in the browser, as a module of its own inside the page: lets people sort and filter the tables. A table is complete without it.
 */

for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) {
  const [body] = table.tBodies;
  if (body === undefined) continue;
  sortable(table, body);
  if (body.rows.length > 8) filterable(table, body);
}

/** Each head becomes a button; numbers begin with the largest, texts with the first, and cells without a value come last either way. */
function sortable(table: HTMLTableElement, body: HTMLTableSectionElement): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  for (const [index, head] of heads.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const numeric = head.classList.contains('number');
      const direction = nextDirection(head.ariaSort, numeric);
      for (const other of heads) other.removeAttribute('aria-sort');
      head.ariaSort = direction;
      body.append(...sorted([...body.rows], index, { numeric, descending: direction === 'descending' }));
    });
  }
}

function nextDirection(now: string | null, numeric: boolean): 'ascending' | 'descending' {
  if (now === 'ascending') return 'descending';
  if (now === 'descending') return 'ascending';
  return numeric ? 'descending' : 'ascending';
}

function sorted(
  rows: HTMLTableRowElement[],
  index: number,
  { numeric, descending }: { numeric: boolean; descending: boolean },
): HTMLTableRowElement[] {
  const sign = descending ? -1 : 1;
  const byNumber = (a: HTMLTableRowElement, b: HTMLTableRowElement) => {
    const [x, y] = [numberIn(a, index), numberIn(b, index)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return sign * (x - y);
  };
  const byText = (a: HTMLTableRowElement, b: HTMLTableRowElement) =>
    sign * textIn(a, index).localeCompare(textIn(b, index), 'en', { numeric: true, sensitivity: 'base' });
  return rows.sort(numeric ? byNumber : byText);
}

/** The raw value of a cell; without one, the first number its text shows: 1234.5 in '≥ $1,234.50', -3 in '−3%'. */
function numberIn(row: HTMLTableRowElement, index: number): number | undefined {
  const cell = row.cells[index];
  if (cell?.dataset.v !== undefined) return Number(cell.dataset.v);
  const [, sign, digits] = /([-−]?)\$?(\d[\d,]*(?:\.\d+)?)/.exec(cell?.textContent ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits.replaceAll(',', '')) * (sign === '' ? 1 : -1);
}

function textIn(row: HTMLTableRowElement, index: number): string {
  return row.cells[index]?.textContent ?? '';
}

/** A field above the table: rows that do not hold all its words are hidden; the totals stay those of all rows. */
function filterable(table: HTMLTableElement, body: HTMLTableSectionElement): void {
  const line = document.createElement('div');
  line.className = 'filter';
  const input = document.createElement('input');
  input.type = 'search';
  input.placeholder = 'Filter rows';
  input.ariaLabel = `Filter the rows of ${table.parentElement?.ariaLabel ?? 'the table'}`;
  const state = document.createElement('output');
  line.append(input, state);
  table.parentElement?.before(line);
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of body.rows) {
      const text = row.textContent?.toLowerCase() ?? '';
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    const totals = table.tFoot === null ? '' : '; the total is of all rows';
    state.textContent = words.length === 0 ? '' : `${shown} of ${body.rows.length} rows${totals}`;
  });
}

export {};
