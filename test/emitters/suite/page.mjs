/** docs/verified.md: what results.json says, for people. */
import { readFileSync, writeFileSync } from 'node:fs';

export const RESULTS = new URL('../results.json', import.meta.url).pathname;
export const PAGE = new URL('../../../docs/verified.md', import.meta.url).pathname;
const START = '<!-- results: made by test/emitters/run.mjs -->';
const END = '<!-- end of results -->';

export const readResults = () => JSON.parse(readFileSync(RESULTS, 'utf8'));

/** The page with the table in the place of the one it has. */
export function renderPage(results, page) {
  const [before] = page.split(START);
  const after = page.split(END)[1];
  return `${before}${START}\n\n${renderTable(results)}\n\n${END}${after}`;
}

export function writePage(results) {
  writeFileSync(PAGE, renderPage(results, readFileSync(PAGE, 'utf8')));
}

/**
 * What is wrong with results, as sentences: emitters without one or with one of another version, wrong ones, a page that does
 * not show them.
 */
export function checkResults({ results, page, emitters, versionOf }) {
  const known = new Map(results.map((result) => [result.name, result]));
  const names = new Set(emitters.map(({ name }) => name));
  return [
    ...emitters.filter(({ name }) => !known.has(name)).map(({ name }) => `${name} has no result`),
    ...emitters
      .filter((emitter) => known.has(emitter.name) && known.get(emitter.name).version !== versionOf(emitter))
      .map(({ name }) => `${name} has a result of another version than the pinned one`),
    ...results.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is no emitter`),
    ...results.filter(({ verdict }) => verdict === 'wrong').map(({ name }) => `${name} is read wrongly`),
    ...(renderPage(results, page) === page ? [] : ['docs/verified.md does not show these results']),
  ];
}

const HEAD = ['emitter', 'version', 'what it tells', 'calls', 'of which kinds', 'result', 'cost'];

function renderTable(results) {
  const rows = results.map((result) => [
    `${escapeText(result.name)}${result.name.includes(result.package) ? '' : ` (${escapeText(result.package)})`}`,
    result.version,
    result.tells,
    String(result.calls),
    result.covers.join(', '),
    describeVerdict(result),
    describeCost(result),
  ]);
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const escapeText = (text) => text.replaceAll('_', '\\_');

function describeVerdict({ verdict, untold, failed, note }) {
  const lost = failed.billed - failed.told;
  const failures = lost > 0 ? [`${lost} of ${failed.billed} failed calls`] : [];
  const silent = [...untold, ...failures];
  const said = verdict === 'refused' ? 'not read, and says so' : 'verified';
  return [said, ...(silent.length > 0 ? [`not told: ${silent.join(', ')}`] : []), ...(note ? [note] : [])].join('; ');
}

/** What is known of the cost, as far as it can be, beside what was billed: in tenths of a percent, rounded to the nearest. */
function describeCost({ verdict, billed_usd: billed, told_usd: told, unknown_calls: unknown }) {
  if (verdict === 'refused') return 'unknown';
  const [bill, known] = [billed, told].map(pico);
  const unpriced = unknown > 0 ? `, ${unknown} without a price` : '';
  if (bill === known) return `exact${unpriced}`;
  const tenths = ((known - bill) * 2000n + (known > bill ? bill : -bill)) / (2n * bill);
  const percent = `${tenths < 0n ? '−' : '+'}${abs(tenths) / 10n}.${abs(tenths) % 10n} %`;
  return `${percent}${unpriced}`;
}

const abs = (number) => (number < 0n ? -number : number);

function pico(dollars) {
  const [whole, places = ''] = dollars.split('.');
  return BigInt(whole + places.padEnd(12, '0'));
}
