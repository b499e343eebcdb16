import type { ImportedFile } from '../../import/load/answer.js';
import { formatAmount, formatCount, formatMoney } from '../text/number.js';
import { plain } from '../text/text.js';

const COUNTS = ['imported', 'duplicates', 'updated', 'skipped', 'rejected'] as const;
const REJECTS_SHOWN = 5;
const FILES_SHOWN = 20;
const FOREIGN_SHOWN = 5;
const COLUMNS_SHOWN = 40;
const NAMES_SHOWN = 10;

/** What is counted; of several files both may be. */
type Unit = ImportedFile['unit'] | 'both';
const UNITS: Readonly<Record<Unit, string>> = { line: 'lines', record: 'records', both: 'lines and records' };

type Counts = Pick<ImportedFile, (typeof COUNTS)[number] | 'lines'> & {
  unit?: Unit;
  continues?: ImportedFile['continues'];
};

/** What an import did, for programs; counts add up: lines = imported + duplicates + updated + skipped + rejected. */
export interface ImportAnswer {
  schema: 'llmcost.import/1';
  dry_run: boolean;
  /** The first 100 rejects of each. */
  files: ImportedFile[];
  totals: Counts;
  warnings: readonly string[];
}

/** The summary for programs. */
export function importAsJson(files: readonly ImportedFile[], warnings: readonly string[], dryRun: boolean): string {
  const shown = files.map((file) => ({ ...file, rejects: file.rejects.slice(0, 100) }));
  const totals = totalOf(files);
  const answer: ImportAnswer = { schema: 'llmcost.import/1', dry_run: dryRun, files: shown, totals, warnings };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** The summary for people: each file with its sum, what was set aside, and a total. */
export function importAsText(files: readonly ImportedFile[], warnings: readonly string[], dryRun: boolean): string {
  const lines = fileLines(files);
  const namesOf = (wanted: ImportedFile['status']) =>
    files.filter(({ status }) => status === wanted).map(({ source }) => plain(source));
  const [foreign, unknown] = [namesOf('ignored'), namesOf('unknown')];
  const read = files.length - foreign.length - unknown.length;
  if (read > 1) lines.push(`${formatCount(read)} files: ${sumText(totalOf(files))}`);
  if (foreign.length > 0) lines.push(foreignText(foreign, ['is no log and was', 'are no logs and were']));
  if (unknown.length > 0) {
    const what = 'tokens or money in no format llmcost knows, and';
    lines.push(foreignText(unknown, [`counts ${what} was`, `count ${what} were`]));
    lines.push(`  to see what is in one: llmcost import --explain ${unknown[0]}`);
  }
  lines.push(...warnings.map(plain));
  if (dryRun) lines.push('This was a dry run: nothing was changed.');
  return `${lines.join('\n')}\n`;
}

/**
 * Each file, but of thousands only some: those with something to note and those without are counted apart, so that the
 * bad one of many is seen.
 */
function fileLines(files: readonly ImportedFile[]): string[] {
  const told = files.filter(({ status }) => status !== 'ignored' && status !== 'unknown');
  const [noted, before, smooth] = (['noted', 'before', 'smooth'] as const).map((kind) =>
    told.filter((file) => kindOf(file) === kind),
  );
  const shown = new Set([noted, before, smooth].flatMap((some = []) => some.slice(0, FILES_SHOWN)));
  return [
    ...told.filter((file) => shown.has(file)).flatMap(fileText),
    ...moreText(noted, 'with something to note; --summary json tells of each'),
    ...moreText(before, 'imported before and unchanged'),
    ...moreText(smooth, 'without anything to note'),
  ];
}

function kindOf({
  status,
  rejected,
  undated,
  differing,
  unread,
  unfound,
  unknown_names: unknown,
}: ImportedFile): 'noted' | 'before' | 'smooth' {
  if (status === 'failed' || rejected + undated + differing + unread.length + unfound.length + unknown.length > 0)
    return 'noted';
  return status === 'unchanged' ? 'before' : 'smooth';
}

function moreText(files: readonly ImportedFile[] = [], what: string): string[] {
  const more = files.slice(FILES_SHOWN);
  if (more.length === 0) return [];
  const sum = more.some(({ lines }) => lines > 0) ? `: ${sumText(totalOf(more))}` : '';
  return [`… and ${more.length === 1 ? '1 more file' : `${formatCount(more.length)} more files`} ${what}${sum}`];
}

function foreignText(names: readonly string[], [one, several]: readonly [string, string]): string {
  const what =
    names.length === 1 ? `1 file of a folder ${one}` : `${formatCount(names.length)} files of folders ${several}`;
  return `${what} left out: ${listOf(names, FOREIGN_SHOWN)}`;
}

/** The first of some names, and how many more there are. */
function listOf(names: readonly string[], shown: number): string {
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

function fileText(file: ImportedFile): string[] {
  const name = plain(file.source === '-' ? 'standard input' : file.source);
  switch (file.status) {
    case 'empty':
      return [`${name}: empty, nothing to import`];
    case 'unchanged':
      return [`${name}: imported before (import ${file.import_id}) and unchanged, nothing to do`];
    case 'ignored':
    case 'unknown':
      return [];
    case 'failed':
      return [`${name}: not imported`, ...indented((file.problem ?? '').split('\n').map(plain)), ...rejectTexts(file)];
    case 'imported':
      return [`${name}: ${file.format}, ${sumText(file)}`, ...indented(details(file)), ...rejectTexts(file)];
    default:
      throw new Error(`no status ${file.status satisfies never}`);
  }
}

/** What became of a file, on one line: 'app.jsonl: llmcost-jsonl, 5 new lines = 5 imported, cost $0.002'. */
export function importLine(file: ImportedFile): string {
  const name = plain(file.source);
  if (file.status !== 'imported') return `${name}: not imported: ${plain((file.problem ?? '').split('\n')[0] ?? '')}`;
  const bad = file.rejected === 0 ? '' : ` (llmcost imports rejects ${file.import_id})`;
  return `${name}: ${file.format}, ${sumText(file)}${bad}, ${sumOfMoney(file)}`;
}

/** 36 lines = 29 imported + 7 duplicates: what is 0 is left out. */
export function sumText(counts: Counts): string {
  const parts = COUNTS.filter((name) => name === 'imported' || counts[name] > 0);
  const unit = counts.unit ?? 'line';
  const what = counts.lines === 1 && unit !== 'both' ? unit : UNITS[unit];
  const lines = `${formatCount(counts.lines)} ${(counts.continues ?? null) === null ? '' : 'new '}${what}`;
  return `${lines} = ${parts.map((name) => `${formatCount(counts[name])} ${name === 'duplicates' && counts[name] === 1 ? 'duplicate' : name}`).join(' + ')}`;
}

function details(file: ImportedFile): string[] {
  const skips = Object.entries(file.skip_reasons).map(([reason, lines]) => `${formatCount(lines)} ${plain(reason)}`);
  return [
    ...(file.first_at === null
      ? []
      : [`from ${minute(file.first_at)} to ${minute(file.last_at)} UTC, ${sumOfMoney(file)}`]),
    ...(file.first_at === null && file.imported + file.updated > 0 ? [sumOfMoney(file)] : []),
    ...(file.continues === null ? [] : [`read on from where import ${file.continues} ended`]),
    ...(skips.length === 0 ? [] : [`skipped: ${skips.join(', ')}`]),
    ...(file.undated === 0
      ? []
      : [
          `${calls(file.undated)} without a time; add one with --set timestamp=… (or --map timestamp=…) before importing`,
        ]),
    ...(file.unknown_names.length === 0 ? [] : [unknownText(file.unknown_names)]),
    ...(file.differing === 0
      ? []
      : [
          `${formatCount(file.differing)} duplicates carry other token counts than the call they repeat; the first one counts`,
        ]),
    ...(file.unread.length === 0
      ? []
      : [`columns not read: ${listOf(file.unread.map(plain), COLUMNS_SHOWN)}; --map NAME=COLUMN reads them`]),
    ...file.unfound.map((text) => `--map ${plain(text)}: nothing stands there in the lines looked at; check the path`),
  ];
}

/** tokens of unknown kinds: input_tokens_weird 5,000 in 1 call, …; … */
function unknownText(names: ImportedFile['unknown_names']): string {
  const told = names.map(
    ({ name, tokens, calls: counted }) =>
      `${name === 'total' ? 'totals beyond their parts' : plain(name)} ${formatCount(tokens)} in ${calls(counted)}`,
  );
  return `tokens of unknown kinds: ${listOf(told, NAMES_SHOWN)}; what these calls cost is the least it can be`;
}

function sumOfMoney(file: ImportedFile): string {
  const entries = file.imported + file.updated;
  const lines = entries === 1 ? '1 line' : `${formatCount(entries)} lines`;
  if (file.billed !== null) {
    const amounts = file.billed.map(({ amount, currency }) => formatAmount(amount, plain(currency)));
    return `ledger: ${lines}, ${amounts.join(' + ')} billed`;
  }
  if (file.earned === null) return `cost ${costText(file)}`;
  return file.holds === 'revenue'
    ? `revenue: ${lines}, ${earnedText(file.earned)}`
    : `cost ${costText(file)}, revenue ${earnedText(file.earned)}`;
}

/** $1,200.00 + EUR 45.00 a month */
function earnedText(earned: NonNullable<ImportedFile['earned']>): string {
  const amounts = earned.map(({ amount, currency, per }) => {
    const text = formatAmount(amount, plain(currency));
    return per === null ? text : `${text} a ${per}`;
  });
  return amounts.length === 0 ? formatMoney('0') : amounts.join(' + ');
}

function costText({ cost_usd: cost, unpriced }: ImportedFile): string {
  return unpriced === 0
    ? formatMoney(cost)
    : `${formatMoney(cost)} without ${calls(unpriced)} that no price is known for`;
}

function rejectTexts(file: ImportedFile): string[] {
  const shown = file.rejects
    .slice(0, REJECTS_SHOWN)
    .map(
      ({ line, field, reason }) =>
        `${file.rejects_by} ${formatCount(line)}: ${plain(field === '' ? reason : `${field} ${reason}`)}`,
    );
  const more = file.rejected - shown.length;
  if (more <= 0) return indented(shown);
  // What an open quotation mark swallowed is counted, but has no name.
  const named = file.rejects.length > shown.length && file.import_id !== null;
  const how = named ? `; all of them: llmcost imports rejects ${file.import_id}` : '';
  return indented([...shown, `… and ${formatCount(more)} more${how}`]);
}

/** The counts of several files. */
export function totalOf(files: readonly ImportedFile[]): Omit<Counts, 'continues'> & { unit: Unit } {
  const sum = (name: Exclude<keyof Counts, 'unit' | 'continues'>) =>
    files.reduce((total, file) => total + file[name], 0);
  const [unit = 'line', other] = new Set(files.filter(({ lines }) => lines > 0).map((file) => file.unit));
  return {
    unit: other === undefined ? unit : 'both',
    lines: sum('lines'),
    imported: sum('imported'),
    duplicates: sum('duplicates'),
    updated: sum('updated'),
    skipped: sum('skipped'),
    rejected: sum('rejected'),
  };
}

function calls(number: number): string {
  return number === 1 ? '1 call' : `${formatCount(number)} calls`;
}

function minute(timestamp: string | null): string {
  return (timestamp ?? '').slice(0, 16);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** One import of a watched file: '12:00:05 logs/app.jsonl: llmcost-jsonl, 5 new lines = 5 imported, cost $0.002'; the time is UTC. */
export function watchedLine(file: ImportedFile, at: Date): string {
  return `${at.toISOString().slice(11, 19)} ${importLine(file)}\n`;
}

/** The same for programs: an object on a line. */
export function watchedAsJson(file: ImportedFile, at: Date): string {
  return `${JSON.stringify({ schema: 'llmcost.import-watch/1', at: at.toISOString(), ...file, rejects: file.rejects.slice(0, 100) })}\n`;
}

/** What was imported while files were watched. */
export function watchedSum(files: readonly ImportedFile[]): string {
  const imports = files.filter(({ status }) => status === 'imported');
  const failed = files.length - imports.length;
  const problems = failed === 0 ? '' : `; ${failed === 1 ? '1 file was' : `${failed} files were`} not imported`;
  if (imports.length === 0) return `Nothing was imported${problems}.\n`;
  const count = imports.length === 1 ? '1 import' : `${imports.length} imports`;
  return `${count}: ${sumText(totalOf(imports))}${problems}.\n`;
}
