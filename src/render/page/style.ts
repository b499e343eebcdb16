/** The look of a page. Colours are variables, so that dark, light and paper differ in one place; src/browser/charts.ts reads them too. */
export const PAGE_STYLE = `
:root, :root.printing {
  --paper: #f5f6f8; --card: #ffffff; --ink: #1b2430; --muted: #5c6877; --line: #dfe3e9; --grid: #e9ecf1;
  --accent: #2458b8; --good: #18794e; --bad: #c0362c; --other: #a3adba; --warn: #fff8e6; --warn-line: #e6c65c;
  --c1: #2f6fd0; --c2: #e58a2e; --c3: #1f9e8f; --c4: #8a5cc2; --c5: #d1557c; --c6: #7aa32f; --c7: #3ba7d6; --c8: #b5793f;
}
@media (prefers-color-scheme: dark) {
  :root:not(.printing) {
    --paper: #12161c; --card: #1a2028; --ink: #e6eaf0; --muted: #9aa6b5; --line: #2d3641; --grid: #28303a;
    --accent: #82aef5; --good: #4cc38a; --bad: #ff7f74; --other: #6b7785; --warn: #2a2517; --warn-line: #7d6a2a;
    --c1: #5b93ea; --c2: #f0a04e; --c3: #37bfae; --c4: #a985dd; --c5: #e57b9b; --c6: #9bc355; --c7: #63c0e8; --c8: #cf9a64;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
}
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; padding-bottom: 16px; }
h1 { margin: 0; font-size: 1.65rem; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 1.02rem; line-height: 1.35; overflow-wrap: anywhere; }
p { margin: 0; overflow-wrap: anywhere; }
.subtitle { margin-top: 4px; color: var(--muted); }
main { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.full { grid-column: 1 / -1; }
.half { grid-column: span 1; }
.card { min-width: 0; padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.card > .text, .card > p { color: var(--muted); font-size: 0.9rem; }
.card > p + p { margin-top: 6px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; }
.figure { min-width: 0; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.figure .label { color: var(--muted); font-size: 0.84rem; }
.figure .value { font-size: 1.5rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.figure .change, .figure .note { font-size: 0.82rem; line-height: 1.4; }
.figure .note, .neutral { color: var(--muted); }
.good { color: var(--good); }
.bad { color: var(--bad); }
figure { margin: 10px 0 0; }
.plot { position: relative; height: 300px; }
.plot canvas { display: block; max-width: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-top: 8px; }
.legend button {
  display: inline-flex; align-items: center; gap: 6px; min-width: 0; max-width: 220px; padding: 1px 0; border: 0;
  background: none; color: var(--muted); font: inherit; font-size: 0.82rem; cursor: pointer;
}
.legend i { flex: none; width: 11px; height: 11px; border-radius: 3px; }
.legend span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.legend button:hover { color: var(--ink); }
.legend button[aria-pressed="false"] { opacity: 0.45; text-decoration: line-through; }
details { margin-top: 8px; }
summary { width: fit-content; color: var(--accent); font-size: 0.86rem; cursor: pointer; }
.scroll { position: relative; max-width: 100%; overflow-x: auto; margin-top: 8px; }
details .scroll { max-height: 340px; overflow-y: auto; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
table { width: 100%; border-collapse: collapse; font-size: 0.86rem; }
th, td { padding: 6px 8px; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); unicode-bidi: isolate; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 600; }
tbody th { font-weight: 400; }
thead th { position: sticky; top: 0; background: var(--card); color: var(--muted); vertical-align: bottom; white-space: normal; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th.number { white-space: normal; }
td.text, tbody th { min-width: 10em; max-width: 26em; overflow-wrap: anywhere; }
tbody tr:hover { background: var(--grid); }
tfoot td { font-weight: 650; border-bottom: 0; border-top: 2px solid var(--line); }
thead button { padding: 0; text-align: inherit; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
thead button:hover { color: var(--ink); }
thead button::after { content: "\\00a0↕"; content: "\\00a0↕" / ""; opacity: 0.35; }
th[aria-sort="ascending"] button::after { content: "\\00a0↑"; content: "\\00a0↑" / ""; opacity: 1; }
th[aria-sort="descending"] button::after { content: "\\00a0↓"; content: "\\00a0↓" / ""; opacity: 1; }
th[aria-sort] button { color: var(--ink); }
.filter { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; margin-top: 8px; color: var(--muted); font-size: 0.86rem; }
.filter input {
  width: 260px; max-width: 100%; padding: 5px 9px; border: 1px solid var(--line); border-radius: 6px;
  background: var(--paper); color: var(--ink); font: inherit;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.notes { background: var(--warn); border-color: var(--warn-line); }
.notes ul { margin: 4px 0 0; padding-left: 1.2em; }
.notes li { overflow-wrap: anywhere; white-space: pre-line; }
footer { padding-top: 18px; padding-bottom: 32px; color: var(--muted); font-size: 0.82rem; }
[hidden] { display: none !important; }
@media (max-width: 820px) {
  header, main, footer { padding-left: 12px; padding-right: 12px; }
  main { grid-template-columns: minmax(0, 1fr); gap: 12px; }
  .card { padding: 14px 12px; }
  .figures { grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 8px; }
  .figure { padding: 11px 12px; }
  .figure .value { font-size: 1.25rem; }
  .plot { height: 260px; }
}
@media print {
  @page { margin: 14mm; }
  html { font-size: 12px; }
  body { background: none; font-size: 11px; }
  .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .card, .figure { break-inside: avoid; border-color: #c9cfd8; }
  .card:has(table.sortable) { break-inside: auto; }
  tr { break-inside: avoid; }
  h2, .card > .text { break-after: avoid; }
  thead th { position: static; }
  .scroll { overflow: visible; }
  tfoot { display: table-row-group; }
  .plot { height: auto !important; }
  .plot canvas { width: 100% !important; height: auto !important; max-height: 75mm; object-fit: contain; object-position: left; }
  .filter, thead button::after, details:not([open]) { display: none; }
}
`;

/** How a page looks: as the reader's system does, or always light or dark (on paper always light). */
export type Theme = 'auto' | 'light' | 'dark';

const DARK = '@media (prefers-color-scheme: dark)';
const WHERE_DARK: Record<Theme, string> = { auto: DARK, light: '@media not all', dark: '@media all' };

/** The style of a page of this theme. */
export function pageStyle(theme: Theme): string {
  return PAGE_STYLE.replace(DARK, WHERE_DARK[theme]);
}
