import type { Drawing } from './drawing.js';

/* Changes of a table as text. Cells are told apart by commas alone: a wrong cut is a mutation as good as any. */

type Change = (lines: string[], draw: Drawing) => string;

const CELLS = [
  '',
  ' ',
  '0',
  '-1',
  '-5',
  '0.5',
  '1e400',
  '1e3',
  '9223372036854775808',
  '1.234,50',
  '"1,234.50"',
  '"1,5"',
  '12.000',
  '$1.00',
  'NaN',
  'Infinity',
  'null',
  'text',
  '"open',
  'clo"sed',
  '"a""b"',
  '"a" b',
  '=cmd()',
  '<script>',
  '\u001b[31m',
  '\u0000',
  '😀',
  '2026-02-30',
  '31.12.2026',
  '0001-01-01',
  '{"a":',
  '[]',
  `"${'x'.repeat(20_000)}"`,
];

/** A table with one thing changed; and what was done. */
export function changedTable(text: string, draw: Drawing): { text: string; what: string } {
  const lines = text.split('\n');
  const what = draw.of(CHANGES)(lines, draw);
  return { text: lines.join('\n'), what };
}

function onCells(lines: string[], at: number, change: (cells: string[]) => void): void {
  const cells = (lines[at] ?? '').split(',');
  change(cells);
  lines[at] = cells.join(',');
}

const cellReplaced: Change = (lines, draw) => {
  const [at, cell] = [draw.below(lines.length), draw.of(CELLS)];
  onCells(lines, at, (cells) => {
    cells[draw.below(cells.length)] = cell;
  });
  return `a cell of line ${at + 1} is ${cell.slice(0, 20)}`;
};

const CHANGES: readonly Change[] = [
  cellReplaced,
  cellReplaced,
  cellReplaced,
  (lines, draw) => {
    const at = draw.below(lines.length);
    onCells(lines, at, (cells) => void cells.splice(draw.below(cells.length), 1));
    return `line ${at + 1} lacks a column`;
  },
  (lines, draw) => {
    const at = draw.below(lines.length);
    onCells(lines, at, (cells) => void cells.splice(draw.below(cells.length), 0, draw.of(CELLS)));
    return `line ${at + 1} has a column more`;
  },
  (lines) => {
    for (const at of lines.keys()) lines[at] = (lines[at] ?? '').replaceAll(',', ';');
    return 'semicolons';
  },
  (lines, draw) => {
    const at = draw.below(lines.length);
    lines[at] = (lines[at] ?? '').replaceAll(',', draw.of([';', '\t', '|', ' ']));
    return `other separators in line ${at + 1}`;
  },
  (lines, draw) => {
    const at = draw.below(lines.length);
    const line = lines[at] ?? '';
    const place = draw.below(line.length + 1);
    lines[at] = `${line.slice(0, place)}"${line.slice(place)}`;
    return `a quotation mark in line ${at + 1}`;
  },
  (lines) => {
    for (const at of lines.keys()) lines[at] = (lines[at] ?? '').replaceAll('"', '');
    return 'no quotation marks';
  },
  (lines, draw) => {
    lines.splice(1 + draw.below(lines.length), 0, lines[0] ?? '');
    return 'the header again';
  },
  (lines) => {
    onCells(lines, 0, (cells) => void cells.reverse());
    return 'the header the other way round';
  },
  (lines, draw) => {
    onCells(lines, 0, (cells) => {
      cells[draw.below(cells.length)] = draw.of(['', ' ', 'x', cells[0] ?? '']);
    });
    return 'another name in the header';
  },
  (lines) => {
    lines[0] = (lines[0] ?? '').toUpperCase();
    return 'a header in capitals';
  },
  (lines) => {
    lines.shift();
    return 'no header';
  },
  (lines, draw) => {
    lines.splice(draw.below(lines.length), 0, draw.of(['', '   ', ',,,', 'Total', '# exported by hand', '\u0000']));
    return 'a line of nothing';
  },
  (lines) => {
    for (const at of lines.keys())
      if (at > 0) lines[at] = (lines[at] ?? '').replaceAll(/(?<=^|,)(\d+)\.(\d+)(?=,|$)/g, '"$1,$2"');
    return 'decimals with a comma';
  },
];
