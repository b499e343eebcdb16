import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { BundleIncomplete, NotAllRefreshed, NothingRefreshed } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Network } from '../../rate/refresh/fetch_list.js';
import type { BookAccess, Refresh, RefreshPlan } from '../../rate/refresh/refresh.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions } from '../options.js';
import { absolute, BUNDLE_DIRECTORY, day } from './book.js';

interface RefreshOptions extends CommonOptions {
  source?: string[];
  from?: string[];
  date?: string;
  dryRun?: boolean;
  strict?: boolean;
  /** Seconds. */
  timeout: number;
  /** Megabytes. */
  maxSize: number;
  format: 'text' | 'json';
  output?: string;
  verbose?: boolean;
}

/** Declares `llmcost pricing refresh`. */
export function registerRefresh(pricing: Command, io: Io): void {
  withCommonOptions(
    pricing
      .command('refresh')
      .description('fetch price lists, compare them with the book and write down what changed')
      .option('--source <names>', 'litellm, genai-prices, models.dev, openrouter; default: all of them', listed)
      .option('--from <url|file...>', 'read these addresses or files instead; their content tells the source')
      .option('--date <day>', 'the day a file is of; default: the date in its name, else its last change', day)
      .option('--dry-run', 'show what would change and change nothing')
      .option('--strict', 'exit with 5 if any list could not be used')
      .option('--timeout <seconds>', 'how long to wait for an answer', positive, 30)
      .option('--max-size <MB>', 'how large a fetched list may be', positive, 64)
      .addOption(new Option('--format <name>', 'how to print').choices(['text', 'json']).default('text'))
      .option('-v, --verbose', 'name every price that was left out, and why')
      .option('--output <dir>', 'build a price bundle from these lists alone instead of changing the database')
      .addHelpText('after', EXAMPLES),
  ).action((options: RefreshOptions) => refresh(options, io));
}

const EXAMPLES = `
Examples:
  llmcost pricing refresh
  llmcost pricing refresh --source litellm,openrouter --dry-run
  llmcost pricing refresh --from prices-2026-08-01.json
  LLMCOST_PRICES_URL_LITELLM=https://mirror.example.com/litellm.json llmcost pricing refresh
HTTPS_PROXY, HTTP_PROXY and NO_PROXY are respected.`;

async function refresh(options: RefreshOptions, io: Io): Promise<void> {
  const plan = await planOf(options, io);
  const answer = await (options.output === undefined ? ask(plan, options, io) : build(plan, options, io));
  await write(answer, options, io);
  refuseFailed(answer, options);
}

/** Throws NothingRefreshed, NotAllRefreshed, BundleIncomplete. */
function refuseFailed({ lists }: Refresh, { strict, output }: RefreshOptions): void {
  const [failed, all] = [lists.filter(({ outcome }) => outcome === 'failed').length, lists.length];
  if (failed === 0) return;
  if (output !== undefined) throw new BundleIncomplete(output, { failed, all });
  if (failed === all) throw new NothingRefreshed(all);
  if (strict) throw new NotAllRefreshed(failed, all);
}

/** What the options ask to be read: without --source and --from every source. */
async function planOf({ source, from = [], date }: RefreshOptions, io: Io): Promise<RefreshPlan> {
  const [{ datedFiles }, addresses] = await Promise.all([import('../../rate/refresh/refresh.js'), import('../../rate/refresh/addresses.js')]);
  const [web, paths] = [from.filter(addresses.isAddress), from.filter((text) => !addresses.isAddress(text))];
  const wanted = source?.map(addresses.sourceNamed) ?? (from.length === 0 ? addresses.SOURCE_NAMES : []);
  const all = [...addresses.addressesOf(wanted, io.env), ...web.map(addresses.givenAddress)];
  return {
    files: datedFiles(
      paths.map((path) => absolute(path, io)),
      date,
    ),
    addresses: all.filter(({ url }, index) => all.findIndex((other) => other.url === url) === index),
  };
}

async function ask(plan: RefreshPlan, options: RefreshOptions, io: Io): Promise<Refresh> {
  const { refreshPrices } = await import('../../rate/refresh/refresh.js');
  return watched(options, io, (network) => refreshPrices(plan, bookAccess(options, io), { network }));
}

/** A bundle of these lists alone; a list that fails leaves no bundle behind. */
async function build(plan: RefreshPlan, options: RefreshOptions, io: Io): Promise<Refresh> {
  const { refreshPrices } = await import('../../rate/refresh/refresh.js');
  const { withStore } = await import('../../store/store.js');
  const { writeBundle } = await import('../../rate/bundle/write.js');
  const directory = absolute(options.output ?? '', io);
  return withStore(':memory:', storeOptions('write', options, io), async (store) => {
    const book: BookAccess = { look: (fn) => fn(store), change: (fn) => fn(store) };
    const answer = await watched(options, io, (network) =>
      refreshPrices(plan, book, { network, purpose: 'rebuilding' }),
    );
    if (options.dryRun || answer.lists.some(({ outcome }) => outcome === 'failed')) return answer;
    return { ...answer, bundle: { directory, ...(await writeBundle(store, directory)).counts } };
  });
}

async function write(answer: Refresh, { format, dryRun = false, verbose }: RefreshOptions, io: Io): Promise<void> {
  const rendered = await import('../../render/answers/pricing/refresh.js');
  const asked = format === 'json' ? rendered.refreshAsJson : rendered.refreshAsText;
  io.stdout.write(asked(answer, dryRun));
  if (verbose) io.stderr.write(rendered.refreshDetails(answer));
  for (const warning of rendered.refreshWarnings(answer)) io.stderr.write(`warning: ${warning}\n`);
}

/** The database: it is opened to ask, closed while the network is waited for, and opened again to write. */
function bookAccess(options: RefreshOptions, io: Io): BookAccess {
  const path = databasePath(options, io);
  const present = path !== ':memory:' && existsSync(path);
  return {
    look: async (fn) => {
      if (!present) return undefined;
      const { withStore } = await import('../../store/store.js');
      return withStore(path, storeOptions('read', options, io), fn);
    },
    change: async (fn) => {
      const { withStore } = await import('../../store/store.js');
      const { loadBundledBook } = await import('../../rate/bundle/bundle.js');
      // A rehearsal leaves nothing behind, not even an empty database.
      const target = options.dryRun && !present ? ':memory:' : path;
      return withStore(target, storeOptions('write', options, io), (store) => {
        const change = async () => {
          await loadBundledBook(store, BUNDLE_DIRECTORY, io.now());
          return fn(store);
        };
        return options.dryRun ? store.rehearsal(change) : change();
      });
    },
  };
}

/** So often is a list asked for; and it may take ten times as long as the network may be silent: slow, but it comes. */
const TRIES = 4;
const PATIENCE = 10;

/** Does `fn` with the network, telling on a terminal how far it is. */
async function watched<T>(options: RefreshOptions, io: Io, fn: (network: Network) => Promise<T>): Promise<T> {
  const { fetchingText, showLine } = await import('../../render/text/progress.js');
  const received = new Map<string, number>();
  const line = await showLine(io, { quiet: options.quiet === true, text: () => fetchingText(received) });
  const silenceMs = Math.ceil(options.timeout * 1000);
  line.begin();
  try {
    return await fn({
      env: io.env,
      limits: { maxBytes: options.maxSize * 1_000_000, silenceMs, overallMs: PATIENCE * silenceMs, tries: TRIES },
      now: io.now,
      sleep: io.sleep,
      random: Math.random,
      received: (address, bytes) => void received.set(address, bytes),
    });
  } finally {
    line.end();
  }
}

/** The parser of --source: names with commas between them; it may be repeated. */
function listed(text: string, before: readonly string[] = []): string[] {
  const names = text.split(',').map((name) => name.trim());
  return [...before, ...names.filter((name) => name !== '')];
}

/** The parser of a number above 0; a day of seconds is enough for anything. */
function positive(text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (number <= 0 || number > 86_400) throw new InvalidArgumentError('It must be a number above 0, at most 86400.');
  return number;
}
