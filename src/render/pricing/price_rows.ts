type Cells = Record<string, unknown>;

/** Rows as an aligned table, CSV, or a JSON envelope; every value is text already. */
export function priceTable(rows: readonly Cells[], as: { schema: string; format: 'table' | 'json' | 'csv' }): string {
  if (as.format === 'json') return `${JSON.stringify({ schema: as.schema, currency: 'USD', rows }, null, 2)}\n`;
  const [first] = rows;
  if (first === undefined) return as.format === 'csv' ? '' : 'no prices match\n';
  const columns = Object.keys(first).filter((name) => as.format === 'csv' || rows.some((row) => row[name] !== null));
  const lines = [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))];
  return as.format === 'csv' ? lines.map(csvLine).join('') : aligned(lines);
}

function cell(value: unknown): string {
  // Names come from files of others: nothing of them may steer a terminal.
  return value === null || value === undefined ? '' : String(value).replaceAll(/\p{Cc}/gu, '');
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A name that begins like a formula is kept from becoming one in a spreadsheet. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((text, index) => text.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
