import type { ImportedFile } from '../../import/load/answer.js';
import type { Agreement, ImportedSum } from '../../query/imported/answer.js';
import type { Count } from '../../query/scope/values.js';
import { formatAmount, formatCount, formatMoney } from '../text/number.js';
import { plain } from '../text/text.js';

const COUNTS = ['imported', 'duplicates', 'updated', 'skipped', 'rejected'] as const;
const REJECTS_SHOWN = 5;
/** So many files are told of one by one with all that is to say, and so many on a line each. */
const FEW_FILES = 5;
const FILES_SHOWN = 20;
const FOREIGN_SHOWN = 5;
const COLUMNS_SHOWN = 40;
const NAMES_SHOWN = 10;
const DATABASES_SHOWN = 10;
/** Files that hold the calls of many sessions; which of them were read says of which agents the sum is. */
const DATABASE = /\.(db|sqlite3?|vscdb)$/i;

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
  /** How far costs agree with what the sources billed; null where none says so. */
  billed_by_source: Agreement | null;
  /** Calls whose counts exclude each other: `llmcost report --where token_convention=contradicted`. */
  contradicted: Count;
  warnings: readonly string[];
}

/** What an import came to. */
export interface ImportSummary {
  files: readonly ImportedFile[];
  warnings: readonly string[];
  sum?: ImportedSum | undefined;
  dryRun: boolean;
}

/** The summary for programs. */
export function importAsJson({ files, warnings, sum, dryRun }: ImportSummary): string {
  const answer: ImportAnswer = {
    schema: 'llmcost.import/1',
    dry_run: dryRun,
    files: files.map((file) => ({ ...file, rejects: file.rejects.slice(0, 100) })),
    totals: totalOf(files),
    billed_by_source: sum?.agreement ?? null,
    contradicted: sum?.contradicted ?? 0,
    warnings,
  };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** How much is said of the files: only what is wrong with them, those with something to note and a few others, or all. */
export type ImportDetail = 'problems' | 'some' | 'all';

/** The summary for people: files with their sums, what was set aside, and what all of it comes to. */
export function importAsText({ files, warnings, sum, dryRun }: ImportSummary, detail: ImportDetail = 'some'): string {
  const lines = fileLines(files, detail);
  if (detail === 'problems') return lines.map((line) => `${line}\n`).join('');
  const namesOf = (wanted: ImportedFile['status']) =>
    files.filter(({ status }) => status === wanted).map(({ source }) => plain(source));
  const [foreign, unknown] = [namesOf('ignored'), namesOf('unknown')];
  const read = files.length - foreign.length - unknown.length;
  if (read > 1) lines.push(...wholeText(files, read, sum));
  if (foreign.length > 0) lines.push(foreignText(foreign, ['is no log and was', 'are no logs and were']));
  if (unknown.length > 0) {
    const what = 'tokens or money in no format llmcost knows, and';
    lines.push(foreignText(unknown, [`counts ${what} was`, `count ${what} were`]));
    lines.push(`  to see what is in one: llmcost import --explain ${unknown[0]}`);
  }
  if (sum !== undefined && Number(sum.contradicted) > 0) lines.push(contradictedText(Number(sum.contradicted)));
  if (sum?.agreement !== undefined) lines.push(agreementText(sum.agreement));
  lines.push(...warnings.map(plain));
  if (dryRun) lines.push('This was a dry run: nothing was changed.');
  return `${lines.join('\n')}\n`;
}

/** '636 files: 45,120 lines = …', and under it when the calls were made, what they cost and what was skipped. */
function wholeText(files: readonly ImportedFile[], read: number, sum: ImportedSum | undefined): string[] {
  const [first] = files
    .map(({ first_at }) => first_at)
    .filter((time) => time !== null)
    .sort();
  const last = files
    .map(({ last_at }) => last_at)
    .filter((time) => time !== null)
    .sort()
    .at(-1);
  const skips = new Map<string, number>();
  for (const { skip_reasons } of files)
    for (const [reason, lines] of Object.entries(skip_reasons)) skips.set(reason, (skips.get(reason) ?? 0) + lines);
  const databases = (read <= FILES_SHOWN ? [] : files)
    .filter(({ status, source }) => status === 'imported' && DATABASE.test(source))
    .map(({ source, imported }) => `${plain(source)} (${calls(imported)})`);
  const skipped = [...skips].map(([reason, lines]) => `${formatCount(lines)} ${plain(reason)}`);
  const total = totalOf(files);
  const nothing = total.lines === 0 && files.some(({ status }) => status === 'unchanged');
  return [
    `${formatCount(read)} files: ${nothing ? 'nothing new' : sumText(total)}`,
    ...indented([
      ...(first === undefined || last === undefined || sum === undefined
        ? []
        : [
            `from ${minute(first)} to ${minute(last)} UTC, cost ${costText({ cost_usd: sum.cost, unpriced: Number(sum.unpriced) })}`,
          ]),
      ...(databases.length === 0 ? [] : [`databases: ${listOf(databases, DATABASES_SHOWN)}`]),
      ...(skipped.length === 0 ? [] : [`skipped: ${skipped.join(', ')}`]),
      ...(sum === undefined && !nothing ? [] : ['next: llmcost report --by model']),
    ]),
  ];
}

/**
 * Each of a few files, of some more on a line each; of many those with something to note, so that the bad one of a thousand is seen:
 * what the others came to is in the sum of all.
 */
function fileLines(files: readonly ImportedFile[], detail: ImportDetail): string[] {
  const told = files.filter(({ status }) => status !== 'ignored' && status !== 'unknown');
  if (detail === 'problems') {
    const bad = told.filter(({ status, rejected }) => status === 'failed' || rejected > 0);
    return [
      ...bad.slice(0, FILES_SHOWN).flatMap(problemText),
      ...moreText(bad, 'with lines that could not be read; --summary json tells of each'),
    ];
  }
  if (detail === 'all') return told.flatMap(fileText);
  if (told.length <= FEW_FILES) return told.flatMap(fileText);
  if (told.length <= FILES_SHOWN && told.some(({ status }) => status !== 'unchanged'))
    return told.flatMap((file) => (kindOf(file) === 'noted' ? fileText(file) : fileText(file).slice(0, 1)));
  const noted = told.filter((file) => kindOf(file) === 'noted');
  const before = told.filter((file) => kindOf(file) === 'before').length;
  return [
    ...noted.slice(0, FILES_SHOWN).flatMap(fileText),
    ...moreText(noted, 'with something to note; --summary json, or -v, tells of each'),
    ...(before === 0
      ? []
      : [`${formatCount(before)} of ${formatCount(told.length)} files imported before and unchanged`]),
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

function moreText(files: readonly ImportedFile[], what: string): string[] {
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

/** A file with what is wrong in it, and without what else is to say of it. */
function problemText(file: ImportedFile): string[] {
  return file.status === 'failed' ? fileText(file) : [...fileText(file).slice(0, 1), ...rejectTexts(file)];
}

function contradictedText(number: number): string {
  return `${calls(number)} whose counts exclude each other, a part beyond its whole: llmcost report --where token_convention=contradicted`;
}

/** billed by the source: 1,204 calls, 1,198 agree within 0.1 %, 6 differ by $0.84: llmcost report --where agreement=differs, llmcost why ID */
function agreementText({ calls: billed, agree, differ, unpriced, difference, furthest }: Agreement): string {
  const parts = [
    calls(Number(billed)),
    `${formatCount(Number(agree))} ${Number(agree) === 1 ? 'agrees' : 'agree'} within 0.1 %`,
  ];
  if (Number(unpriced) > 0) parts.push(`${formatCount(Number(unpriced))} without a price`);
  if (Number(differ) === 0) return `billed by the source: ${parts.join(', ')}`;
  const next = [
    'llmcost report --where agreement=differs',
    ...(furthest === null ? [] : [`llmcost why ${plain(furthest)}`]),
  ];
  return `billed by the source: ${[...parts, `${formatCount(Number(differ))} ${Number(differ) === 1 ? 'differs' : 'differ'} by ${formatMoney(difference)}`].join(', ')}: ${next.join(', ')}`;
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

function costText({ cost_usd: cost, unpriced }: Pick<ImportedFile, 'cost_usd' | 'unpriced'>): string {
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
