import type { Command, Option } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { applyDefaults } from './config/defaults.js';
import { collect } from './options.js';

/*
 * Habits from other tools that work here too: options before the command, -o x.csv, --last 7d, --limit 5. Each is turned into the
 * option that llmcost has for it before the command sees it, so a command knows one name for one thing.
 */

/** Prepares a whole command line: nothing given twice is dropped, habits are understood, help begins with what matters. */
export function withHabits(program: Command, io: Io): void {
  for (const command of commandsBelow(program)) {
    for (const option of command.options) guardRepeats(option);
    groupOptions(command);
    command.configureOutput({ outputError: (text, write) => write(withHint(text)) });
  }
  program.configureOutput({ outputError: (text, write) => write(withHint(text)) });
  program.hook('preAction', async (_program, command) => {
    foldSynonyms(command);
    chooseForm(command);
    if (command.name() !== 'status') await applyDefaults(command, io);
  });
}

function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...commandsBelow(one)]);
}

/** Lists that a second option adds to: --by model --by day is --by model,day. */
const ADDED_UP = new Set(['by', 'groupBy', 'metrics']);

/** An option given twice is added up, or refused: the first value must not be lost in silence. */
function guardRepeats(option: Option): void {
  if (!(option.required || option.optional) || option.variadic || option.parseArg === collect) return;
  const parse = option.parseArg;
  let before: string | undefined;
  option.argParser<unknown>((value, previous) => {
    const whole = before === undefined ? value : `${before},${value}`;
    if (before !== undefined && before !== value && !ADDED_UP.has(option.attributeName())) {
      throw new UsageError(`${option.long} is given twice: '${before}' and '${value}'.\nGive it once.`);
    }
    before = ADDED_UP.has(option.attributeName()) ? whole : value;
    return parse === undefined ? before : parse(before, previous);
  });
}

const GENERAL = ['db', 'config', 'quiet', 'verbose', 'color'];
const SCOPE = ['view', 'period', 'since', 'until', 'last', 'days', 'tz', 'where', 'model', 'customer', 'feature'];
const SHOWN = ['format', 'output', 'theme', 'wide', 'exact', 'bom', 'top', 'limit'];
const HEADINGS = ['Options:', 'Which usage:', 'How it is shown:', 'General:'];

/** The options of its own first, then which usage, how it is shown, and what every command has. */
function groupOptions(command: Command): void {
  for (const option of command.options) {
    const at = [SCOPE, SHOWN, GENERAL].findIndex((names) => names.includes(option.attributeName()));
    option.helpGroup(HEADINGS[at + 1] ?? 'Options:');
  }
  command.configureHelp({
    groupItems: <T extends Command | Option>(_all: T[], visible: T[], headingOf: (item: T) => string) => {
      const rank = (item: T) => HEADINGS.indexOf(headingOf(item));
      const groups = new Map<string, T[]>();
      for (const item of visible.toSorted((a, b) => rank(a) - rank(b))) {
        groups.set(headingOf(item), [...(groups.get(headingOf(item)) ?? []), item]);
      }
      return groups;
    },
  });
}

/** The value an option was given on the command line. */
function given(command: Command, name: string): string | undefined {
  const value: unknown = command.getOptionValueSource(name) === 'cli' ? command.getOptionValue(name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The columns whose own option stands for a --where. */
const FILTERS = ['model', 'customer', 'feature'];

function foldSynonyms(command: Command): void {
  if (!command.options.some(({ long }) => long === '--last')) return;
  const days = given(command, 'days');
  const last = given(command, 'last') ?? (days === undefined ? undefined : `${days}d`);
  if (last !== undefined) setOnce(command, 'period', /^last\b/i.test(last) ? last : `last ${last}`);
  const rows = given(command, 'limit');
  if (rows !== undefined) setOnce(command, 'top', rows);
  const by = given(command, 'groupBy');
  if (by !== undefined) setOnce(command, 'by', by);
  const filters = FILTERS.flatMap((name) => {
    const value = given(command, name);
    return value === undefined ? [] : [`${name}${/[*?]/.test(value) ? '~' : '='}${value}`];
  });
  if (filters.length === 0) return;
  const where: unknown = command.getOptionValue('where');
  command.setOptionValueWithSource('where', [...(Array.isArray(where) ? where : []), ...filters], 'cli');
}

/** Sets an option that another one stands for. Throws UsageError where both were given. */
function setOnce(command: Command, name: string, value: string): void {
  if (!command.options.some((option) => option.attributeName() === name)) {
    throw new UsageError(`llmcost ${command.name()} has no --${name}.\nRun it with --help to see what it takes.`);
  }
  const other = given(command, name);
  if (other !== undefined) {
    throw new UsageError(
      `--${name} '${other}' cannot be combined with '${value}', which says the same.\nGive one of them.`,
    );
  }
  command.setOptionValueWithSource(name, value, 'cli');
}

/** The form that the ending of a file stands for. */
const ENDINGS: Readonly<Record<string, string>> = {
  csv: 'csv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  html: 'html',
  htm: 'html',
  md: 'markdown',
  markdown: 'markdown',
  parquet: 'parquet',
  sarif: 'sarif',
};

/** -o x.csv writes CSV, unless --format says otherwise. Throws UsageError where the command has no such form. */
function chooseForm(command: Command): void {
  const choices = command.options.find(({ long }) => long === '--format')?.argChoices;
  const output = given(command, 'output');
  if (choices === undefined || output === undefined || command.getOptionValueSource('format') !== 'default') return;
  const form = ENDINGS[/\.([a-z]+)$/i.exec(output)?.[1]?.toLowerCase() ?? ''];
  if (form === undefined) return;
  if (!choices.includes(form)) {
    throw new UsageError(
      `-o ${output}: there is no ${form} of this.\nPossible are ${choices.join(', ')}; name one with --format, or another ending.`,
    );
  }
  command.setOptionValueWithSource('format', form, 'cli');
}

const FLAGS = new Set(['-q', '--quiet', '-v', '--verbose', '--no-color', '--wide', '--json', '--csv']);
const VALUED = new Set([
  ...['--db', '--config', '--tz', '--format', '-f', '-o', '--output'],
  ...['--period', '--since', '--until', '--last', '--where'],
]);

/** `llmcost --db x.duckdb report` means `llmcost report --db x.duckdb`; `llmcost version` and `llmcost -v` mean --version. */
export function withCommandFirst(argv: readonly string[]): string[] {
  if (argv.length === 1 && (argv[0] === 'version' || argv[0] === '-v')) return ['--version'];
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (FLAGS.has(word) || VALUED.has(word.split('=')[0] ?? '')) at += VALUED.has(word) ? 2 : 1;
    else break;
  }
  return at >= argv.length ? [...argv] : [...argv.slice(at), ...argv.slice(0, at)];
}

/** What other tools call it, and what it is here. */
const OPTIONS: Readonly<Record<string, string>> = {
  '--from': '--since',
  '--start': '--since',
  '--start-date': '--since',
  '--begin': '--since',
  '--to': '--until',
  '--end': '--until',
  '--end-date': '--until',
  '--before': '--until',
  '--today': '--period today',
  '--yesterday': '--period yesterday',
  '--month': "--period 'this month'",
  '--this-month': "--period 'this month'",
  '--week': "--period 'this week'",
  '--range': '--period',
  '--date': '--period',
  '--group': '--by',
  '--groupby': '--by',
  '--dimension': '--by',
  '--dimensions': '--by',
  '--breakdown': '--by model',
  '--daily': '--by day',
  '--weekly': '--by week',
  '--monthly': '--by month',
  '--hourly': '--by hour',
  '--interval': '--every day',
  '--granularity': '--every day',
  '--filter': '--where',
  '--user': '--where user=NAME',
  '--project': '--where feature=NAME',
  '--api-key': '--where api_key=NAME',
  '--tag': '--where tag:NAME=VALUE',
  '--timezone': '--tz',
  '--zone': '--tz',
  '-z': '--tz',
  '--order': '--sort',
  '--order-by': '--sort',
  '--sort-by': '--sort',
  '--head': '--top',
  '--rows': '--top',
  '--count': '--top',
  '-n': '--top',
  '--columns': '--metrics',
  '--fields': '--metrics',
  '--metric': '--metrics',
  '--output-format': '--format',
  '--out-format': '--format',
  '--type': '--format',
  '--table': '--format table',
  '--parquet': '-o NAME.parquet',
  '--out': '-o',
  '--file': '-o',
  '--out-file': '-o',
  '--database': '--db',
  '--path': '--db',
  '--silent': '-q',
  '--no-colour': '--no-color',
  '--full': '--wide',
  '--no-truncate': '--wide',
  '--compact': '--top',
  '--offline': 'nothing: reports never use the network',
  '--mode': 'nothing: prices are always those of the price book, and what a log says is kept beside them',
};

const COMMANDS: Readonly<Record<string, string>> = {
  daily: 'llmcost report --by day',
  weekly: 'llmcost report --by week',
  monthly: 'llmcost report --by month',
  session: 'llmcost report --by session',
  sessions: 'llmcost report --by session',
  blocks: 'llmcost report --by hour',
  usage: 'llmcost report',
  cost: 'llmcost report',
  costs: 'llmcost report',
  stats: 'llmcost report',
  summary: 'llmcost report',
  show: 'llmcost report',
  models: 'llmcost report --by model',
  customers: 'llmcost report --by customer',
  users: 'llmcost report --by user',
  prices: 'llmcost pricing list',
  price: 'llmcost pricing show MODEL',
  budget: 'llmcost budget-check',
  budgets: 'llmcost budget-check',
  check: 'llmcost budget-check',
  alerts: 'llmcost budget-check',
  anomalies: 'llmcost explain',
  compare: 'llmcost report --compare previous',
  diff: 'llmcost report --compare previous',
  load: 'llmcost import FILES',
  ingest: 'llmcost import FILES',
  add: 'llmcost import FILES',
  rm: 'llmcost imports remove ID',
  dash: 'llmcost dashboard -o costs.html',
  web: 'llmcost dashboard -o costs.html',
  html: 'llmcost dashboard -o costs.html',
};

/** The message of commander, with what the unknown word is called here. */
function withHint(text: string): string {
  const [, kind = '', word = ''] = /unknown (option|command) '([^']+)'/.exec(text) ?? [];
  const known = kind === 'option' ? OPTIONS[word.split('=')[0] ?? ''] : COMMANDS[word];
  if (known === undefined || kind === '') return text;
  const hint = kind === 'option' ? `llmcost calls it ${known}.` : `Try: ${known}`;
  return `${text.replace(/\n\(Did you mean .*\)/, '').trimEnd()}\n${hint}\n`;
}
