import { type Command, Option } from 'commander';
import { InputError, UsageError } from '../../errors.js';
import type { ImportedFile } from '../../import/load/answer.js';
import type { ImportOptions } from '../../import/load/file_load.js';
import type { Named } from '../../import/read/paths.js';
import type { Io } from '../../io.js';
import type { ImportedSum } from '../../query/imported/answer.js';
import type { Store } from '../../store/store.js';
import type { PushAnswer } from '../../team/answer.js';
import { collect, databasePath, storeOptions, withCommonOptions, withConfigOption } from '../options.js';
import { BUNDLE_DIRECTORY } from '../pricing/book.js';
import { type ConfigOptions, syncOwnPrices } from '../pricing/custom_prices.js';
import { ownImport } from './custom_formats.js';

export interface ImportCommandOptions extends ConfigOptions {
  format?: string;
  map?: string[];
  set?: string[];
  explain?: boolean;
  dryRun?: boolean;
  strict?: boolean;
  maxRejects?: string;
  watch?: boolean;
  interval?: string;
  machine?: string;
  push?: boolean;
  from?: string;
  verbose?: boolean;
  summary: 'text' | 'json';
}

/** Declares `llmcost import`. */
export function registerImport(program: Command, io: Io): void {
  withConfigOption(withCommonOptions(program.command('import')))
    .description('Read usage logs into the database and price every call. Content is never kept.')
    .argument(
      '[paths...]',
      'files, folders or globs, also .gz and .zst; - is standard input; none: the logs of coding agents',
    )
    .option('--from <names>', 'without paths: only these agents, for example claude-code,codex')
    .option('--format <name>', 'what the files are; default: recognised by their content')
    .option('--map <name=path>', 'where something stands: a path in the JSON, or a CSV column; repeat it', collect)
    .option('--set <name=value>', 'the same value for every call, for example environment=prod; repeat it', collect)
    .option('--explain', 'say what the files are taken for and show their first rows; change nothing')
    .option('--dry-run', 'show what would be imported and change nothing')
    .option('--strict', 'refuse a file with any bad line')
    .option('--max-rejects <limit>', 'bad lines a file may have, a number or a percentage; default: 1%, at least 1')
    .option('--machine <name>', 'the machine the usage is of; default: the name of the host')
    .option('--push', 'push to the place of the team afterwards: see llmcost push')
    .option('-v, --verbose', 'a line for every file')
    .option('--watch', 'keep looking and import what is new or has grown, until Ctrl+C')
    .option('--interval <time>', 'with --watch: the time between two looks, for example 500ms, 10s or 1m; default: 5s')
    .addOption(new Option('--summary <form>', 'how to print the summary').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: ImportCommandOptions) => runImport(paths, options, io));
}

const EXAMPLES = `
Examples:
  llmcost import
  llmcost import --from claude-code,codex
  llmcost import logs/*.jsonl
  llmcost import calls.csv --map timestamp=date --map customer=tenant --set provider=azure
  llmcost import --explain export.csv
  gunzip -c calls.jsonl.gz | llmcost import - --set environment=prod`;

async function runImport(given: string[], options: ImportCommandOptions, io: Io): Promise<void> {
  const settings = await settingsOf(options, io);
  const { filesOf } = await import('../../import/read/paths.js');
  if (given.length > 0 && options.from !== undefined)
    throw new UsageError('--from is for an import without paths.\nGive either paths or --from.');
  const found = given.length > 0 ? undefined : await findLogs(options, io);
  if (options.watch === true) return watch(found?.paths ?? given, settings, { options, io });
  const files = found?.files ?? (await filesOf(given, io.cwd));
  if (options.explain === true) return explain(files, settings, { options, io });
  const { results, warnings, sum, push } = await load(files, settings, { options, io });
  const { importAsJson, importAsText } = await import('../../render/answers/import.js');
  const summary = { files: results, warnings, sum, dryRun: settings.dryRun };
  const detail = options.quiet === true ? 'problems' : options.verbose === true ? 'all' : 'some';
  io.stdout.write(options.summary === 'json' ? importAsJson(summary) : importAsText(summary, detail));
  if (push !== undefined) await reportPush(push, options, io);
  const read = results.filter(({ status }) => status !== 'ignored' && status !== 'unknown');
  // Where tokens were left out, an empty file beside them is no answer.
  const unknown = results.some(({ status }) => status === 'unknown');
  if (read.length === 0 || (unknown && read.every(({ status }) => status === 'empty'))) throw noLogs(results);
  const failed = results.filter(({ status }) => status === 'failed').length;
  if (failed > 0)
    throw new InputError(
      failed === results.length
        ? 'Nothing was imported.'
        : `${failed} of ${results.length} files were not imported; the others were.`,
    );
  const isRead = ({ imported, duplicates, updated, skipped }: ImportedFile) =>
    imported + duplicates + updated + skipped > 0;
  // A line in a hundred may be bad, one of a file whatever its size: not where there is no other.
  if (options.maxRejects === undefined && results.some(({ rejected }) => rejected > 0) && !results.some(isRead))
    throw new InputError('Nothing was imported: no line could be read.');
}

/** Logs of the coding agents on this machine, and where they are kept; says what was found. Throws NoAgents. */
async function findLogs(options: ImportCommandOptions, io: Io): Promise<{ paths: string[]; files: Named[] }> {
  const [{ findAgents, noAgents }, { filesOf, NoFile, NoLogs }] = await Promise.all([
    import('../../import/read/agent_folders.js'),
    import('../../import/read/paths.js'),
  ]);
  const only = (options.from ?? '').split(',').map((name) => name.trim());
  const agents = findAgents(
    io.env,
    only.filter((name) => name !== ''),
  );
  const found: { title: string; paths: string[]; files: Named[] }[] = [];
  for (const { title, paths } of agents) {
    const files = await filesOf(paths, io.cwd, [NoLogs, NoFile]);
    if (files.length > 0) found.push({ title, paths, files });
  }
  if (found.length === 0) throw noAgents();
  if (options.quiet !== true && options.summary === 'text') {
    const each = found.map(
      ({ title, files }) => `${title} (${files.length === 1 ? '1 file' : `${files.length} files`})`,
    );
    io.stdout.write(`Found on this machine: ${each.join(', ')}.\n`);
  }
  return { paths: found.flatMap(({ paths }) => paths), files: found.flatMap(({ files }) => files) };
}

function noLogs(files: readonly ImportedFile[]): InputError {
  const shown = files.find(({ status }) => status === 'unknown') ?? files[0];
  return new InputError(
    `Nothing was imported: no file holds usage that llmcost knows.\nTo see what is in one: llmcost import --explain ${shown?.source}`,
  );
}

async function watch(
  paths: string[],
  settings: ImportOptions,
  { options, io }: { options: ImportCommandOptions; io: Io },
): Promise<void> {
  const { watchFiles } = await import('./watch.js');
  if (paths.includes('-'))
    throw new UsageError(
      '--watch looks at files and folders, not at standard input.\nName the file that the log is written to.',
    );
  return watchFiles(paths, (files, stopped) => load(files, { ...settings, now: io.now() }, { options, io, stopped }), {
    options,
    io,
  });
}

interface LoadedFiles {
  results: ImportedFile[];
  warnings: string[];
  sum: ImportedSum | undefined;
  /** What was pushed, or why it could not be; undefined where nothing was to be pushed. */
  push: { answer: PushAnswer } | { error: unknown } | undefined;
}

async function load(
  files: readonly Named[],
  settings: ImportOptions,
  { options, io, stopped }: { options: ImportCommandOptions; io: Io; stopped?: AbortSignal },
): Promise<LoadedFiles> {
  const [{ withStore }, { groupFiles, importFiles }, { loadBundledBook }, { showProgress }] = await Promise.all([
    import('../../store/store.js'),
    import('../../import/load/import.js'),
    import('../../rate/bundle/bundle.js'),
    import('../../render/text/progress.js'),
  ]);
  const target = await targetOf(options, settings, io);
  return withStore(target, storeOptions('write', options, io), async (store) => {
    await loadBundledBook(store, BUNDLE_DIRECTORY, io.now());
    if (!settings.dryRun) await syncOwnPrices(store, options, io);
    const results: ImportedFile[] = [];
    for (const group of groupFiles(files)) {
      if (stopped?.aborted === true) break;
      const progress = await showProgress(io, {
        quiet: options.quiet === true,
        name: group.length === 1 ? (group[0]?.name ?? '') : `${group[0]?.name} and ${group.length - 1} more`,
        done: () => store.progress,
      });
      try {
        results.push(...(await importFiles(store, group, { ...settings, onFile: progress.begin })));
      } finally {
        progress.end();
      }
    }
    const imports = results.flatMap(({ import_id, status }) =>
      import_id !== null && status === 'imported' ? [import_id] : [],
    );
    const { sumUpImports } = await import('../../query/imported/imported.js');
    return {
      results,
      warnings: await countedTwice(store, imports),
      // While logs are watched, each file is told on a line of its own.
      sum: stopped === undefined ? await sumUpImports(store, imports) : undefined,
      push: settings.dryRun ? undefined : await pushAfterwards(store, options, io),
    };
  });
}

/** What was imported stays imported where it cannot be pushed, and is pushed the next time. */
async function pushAfterwards(store: Store, options: ImportCommandOptions, io: Io): Promise<LoadedFiles['push']> {
  const { teamSettings } = await import('../team/place_option.js');
  const team = await teamSettings(options, io);
  if (options.push !== true && !team.pushAfterImport) return undefined;
  const { pushStore } = await import('../team/push.js');
  try {
    return { answer: await pushStore(store, { settings: team, io }) };
  } catch (error) {
    return { error };
  }
}

async function reportPush(
  push: NonNullable<LoadedFiles['push']>,
  options: ImportCommandOptions,
  io: Io,
): Promise<void> {
  if ('error' in push) throw push.error;
  if (options.quiet === true) return;
  const { pushDocument } = await import('../../render/answers/team.js');
  const { head, notes } = pushDocument(push.answer);
  // The summary alone is what other programs read.
  io.stderr.write([...head, ...notes.map((note) => `note: ${note}`)].map((line) => `${line}\n`).join(''));
}

/** A rehearsal leaves nothing behind, not even an empty database. */
async function targetOf(options: ImportCommandOptions, { dryRun }: ImportOptions, io: Io): Promise<string> {
  const path = databasePath(options, io);
  const { existsSync } = await import('node:fs');
  return (dryRun || options.explain === true) && !existsSync(path) ? ':memory:' : path;
}

async function explain(
  files: readonly Named[],
  settings: ImportOptions,
  { options, io }: { options: ImportCommandOptions; io: Io },
): Promise<void> {
  const [{ withStore }, { explainFile }, { loadBundledBook }, rendered, { terminalOf }] = await Promise.all([
    import('../../store/store.js'),
    import('../../import/explain/explain.js'),
    import('../../rate/bundle/bundle.js'),
    import('../../render/answers/import_explain.js'),
    import('../../render/table.js'),
  ]);
  const target = await targetOf(options, settings, io);
  const found = await withStore(target, storeOptions('write', options, io), async (store) => {
    if (target === ':memory:') await loadBundledBook(store, BUNDLE_DIRECTORY, io.now());
    const answers: Awaited<ReturnType<typeof explainFile>>[] = [];
    for (const file of files) answers.push(await explainFile(store, file, settings));
    return answers;
  });
  const json = options.summary === 'json';
  io.stdout.write(
    json ? rendered.explainAsJson(found) : rendered.explainAsText(found, terminalOf(io, { color: options.color })),
  );
  const unknown = found.filter(({ status }) => status === 'unknown' || status === 'failed').length;
  if (unknown > 0) throw new InputError(`${unknown} of ${found.length} files could not be recognised.`);
}

/** What the new imports count a second time, in sentences. */
async function countedTwice(store: Store, imports: readonly number[]): Promise<string[]> {
  const { overlapSentence, overlapsOf } = await import('../../query/report/overlap.js');
  return (await overlapsOf(store, imports)).map(overlapSentence);
}

async function settingsOf(options: ImportCommandOptions, io: Io): Promise<ImportOptions> {
  const [{ mappingOf }, { formatNamed }, { own, attribute }, { teamSettings }] = await Promise.all([
    import('../../import/declare/mapping.js'),
    import('../../import/identify/identify.js'),
    ownImport(options, io),
    import('../team/place_option.js'),
  ]);
  const { machine } = await teamSettings(options, io);
  if (options.strict && options.maxRejects !== undefined) {
    throw new UsageError('--strict cannot be combined with --max-rejects.\nUse either the one or the other.');
  }
  checkWatch(options);
  return {
    format: options.format === undefined ? undefined : formatNamed(options.format, own).name,
    mapping: mappingOf(options.map ?? [], options.set ?? []),
    own,
    tolerance: options.strict ? () => 0 : toleranceOf(options.maxRejects),
    dryRun: options.dryRun === true,
    now: io.now(),
    attribute,
    machine,
    stdin: io.stdin,
  };
}

function checkWatch({ watch: watching, interval, explain: explaining, dryRun }: ImportCommandOptions): void {
  if (watching !== true && interval !== undefined)
    throw new UsageError('--interval says how often --watch looks.\nUse both, or neither.');
  if (watching === true && (explaining === true || dryRun === true))
    throw new UsageError('--watch cannot be combined with --explain or --dry-run.\nUse either the one or the other.');
}

/** `5` is five lines, `2%` two of a hundred. */
function toleranceOf(text: string | undefined): ImportOptions['tolerance'] {
  if (text === undefined) return (lines) => Math.max(1, Math.floor(lines / 100));
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const limit = Number(match?.[1]);
  if (match === null || (match[2] === '' && !Number.isInteger(limit)) || (match[2] === '%' && limit > 100)) {
    throw new UsageError(
      `--max-rejects '${text}' is neither a number of lines nor a percentage.\nUse for example --max-rejects 20 or --max-rejects 0.5%.`,
    );
  }
  return match[2] === '%' ? (lines) => Math.floor((lines * limit) / 100) : () => limit;
}
